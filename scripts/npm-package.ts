/** Packages of the npm registry for another architecture than this machine's, which npm ci leaves out. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What package-lock.json says of a package. */
export interface LockEntry {
  readonly version: string
  readonly integrity: string
}

/** What package-lock.json says of a package; undefined when it has none of that name. */
export function lockEntry(name: string): LockEntry | undefined {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, LockEntry>>
  }
  return lock.packages[`node_modules/${name}`]
}

/** The version of the package in a directory; undefined when there is none. */
export function versionIn(directory: string): string | undefined {
  const path = join(directory, 'package.json')
  if (!existsSync(path)) return undefined
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

/** Where npm ci installs a package. */
export function installedAt(name: string): string {
  return join(root, 'node_modules', name)
}

/**
 * Gives `use` the directory of a package, as package-lock.json has it: the installed one, or one that is fetched for as
 * long as `use` runs. Fails when what the registry has is not what package-lock.json expects.
 */
export function withPackage<T>(name: string, use: (directory: string) => T): T {
  const entry = lockEntry(name)
  if (entry === undefined) throw new Error(`package-lock.json has no ${name}`)
  if (versionIn(installedAt(name)) === entry.version) return use(installedAt(name))
  const temporary = mkdtempSync(join(tmpdir(), 'isconf-npm-'))
  try {
    return use(fetchedInto(temporary, `${name}@${entry.version}`, entry.integrity))
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

function fetchedInto(directory: string, spec: string, integrity: string): string {
  const words = ['pack', '--silent', '--prefer-offline', '--pack-destination', directory, spec]
  const archive = join(directory, execFileSync('npm', words, { encoding: 'utf8' }).trim())
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
  if (found !== integrity) throw new Error(`${spec} is ${found}, and package-lock.json has ${integrity}`)
  execFileSync('tar', ['-xzf', archive, '-C', directory])
  return join(directory, 'package')
}
