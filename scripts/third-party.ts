/** The libraries that are inside the bundle, and their licences, which they ask to be passed on. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

interface Library {
  readonly name: string
  readonly version: string
  readonly license?: string
}

/** The package directories, `node_modules/NAME` or deeper, that the files are in, sorted. */
export function packageDirectoriesOf(files: readonly string[]): readonly string[] {
  const found = files.flatMap((file) => file.match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/)?.[0] ?? [])
  return [...new Set(found)].sort()
}

/**
 * The text of dist/third-party-licences.txt. Fails where a library comes without the text of its licence, and
 * scripts/licences has none for it either.
 */
export function thirdPartyNotices({ outputs }: Metafile, root: string): string {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs))
  const notices = packageDirectoriesOf(inputs).map((path) => {
    const directory = join(root, path)
    const library = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Library
    const own = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry))
    return notice(library, own === undefined ? addedLicence(root, library.name) : join(directory, own))
  })
  notices.push(notice({ name: 'koffi', version: '', license: 'MIT' }, addedLicence(root, 'koffi')))
  return notices.join(`\n${'-'.repeat(78)}\n\n`)
}

/** Of a library whose package comes without the text. */
function addedLicence(root: string, name: string): string {
  return join(root, 'scripts/licences', `${name.replace('/', '-')}.txt`)
}

function notice({ name, version, license = 'licence not stated' }: Library, file: string): string {
  if (!existsSync(file)) throw new Error(`${name} comes without the text of its licence: put it into ${file}`)
  return `${`${name} ${version}`.trim()} (${license})\n\n${readFileSync(file, 'utf8').trim()}\n`
}
