/** The list of what is inside a package that others have made (SBOM), in the format of CycloneDX. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle, root } from '../build.ts'
import { lockEntry } from '../npm-package.ts'
import { packageVersion, type Release } from './content.ts'
import { architectures } from './runtime.ts'

/** The members of a CycloneDX document that are added to here. */
interface Sbom {
  readonly metadata: { readonly component: { version: string; readonly 'bom-ref': string } }
  readonly components: object[]
  readonly dependencies: { readonly ref: string; dependsOn?: string[] }[]
}

/**
 * Writes the SBOM of a package beside it, as `PACKAGE.cdx.json`; its path. It has the libraries of the bundle with
 * their licences and what needs what, the runtime, and koffi's native part. The same sources make the same bytes.
 */
export async function writeSbom(packagePath: string, release: Release): Promise<string> {
  const { metafile } = await bundle(release.version)
  const sbom = ofBundle(JSON.stringify(metafile))
  const { component } = sbom.metadata
  component.version = packageVersion(release.version)
  const added = [runtimeComponent(release), nativeComponent(release)]
  sbom.components.push(...added)
  const own = sbom.dependencies.find(({ ref }) => ref === component['bom-ref'])
  own?.dependsOn?.push(...added.map((one) => one['bom-ref']))
  sbom.dependencies.push(...added.map((one) => ({ ref: one['bom-ref'] })))
  const path = `${packagePath}.cdx.json`
  writeFileSync(path, `${JSON.stringify(sbom, null, 2)}\n`)
  return path
}

function ofBundle(metafile: string): Sbom {
  const work = mkdtempSync(join(tmpdir(), 'isconf-sbom-'))
  try {
    const input = join(work, 'metafile.json')
    const output = join(work, 'sbom.json')
    writeFileSync(input, metafile)
    const program = 'node_modules/@cyclonedx/cyclonedx-esbuild/bin/cyclonedx-esbuild-cli.js'
    const words = [program, '--output-reproducible', '--sv=1.6', '-o', output, input]
    execFileSync(process.execPath, words, { cwd: root, stdio: 'pipe' })
    return JSON.parse(readFileSync(output, 'utf8')) as Sbom
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function runtimeComponent({ architecture }: Release) {
  const name = `node-linux-${architectures[architecture].node}`
  const { sha256 } = JSON.parse(readFileSync(join(root, 'runtime/package.json'), 'utf8')) as {
    sha256: Readonly<Record<string, string>>
  }
  return npmComponent('application', name, {
    description: 'Node.js; the package has it without what debuggers read',
    // Of the program as it was published: what is left out of it changes the hash.
    hashes: [{ alg: 'SHA-256', content: sha256[name] }],
    licenses: [{ license: { id: 'MIT' } }],
  })
}

function nativeComponent({ architecture }: Release) {
  const name = `@koromix/koffi-linux-${architectures[architecture].node}`
  return npmComponent('library', name, { licenses: [{ license: { id: 'MIT' } }] })
}

function npmComponent(type: string, name: string, facts: object) {
  const { version = '', integrity = '' } = lockEntry(name) ?? {}
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  const sha512 = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')
  const distribution = { type: 'distribution', url: purl, hashes: [{ alg: 'SHA-512', content: sha512 }] }
  return { type, name, version, 'bom-ref': purl, purl, ...facts, externalReferences: [distribution] }
}
