/**
 * The parts of the program that are not JavaScript: koffi's native part, a package for each architecture. npm installs
 * that of the machine it runs on; a package for another architecture is fetched and held to package-lock.json.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Names of architectures, as Node has them in `process.arch`. */
export type Architecture = string

function packageFor(architecture: Architecture): string {
  return `@koromix/koffi-linux-${architecture}`
}

/**
 * Puts the native part into a directory of bundles, where Node finds it: `node_modules/@koromix/koffi-linux-ARCH`, with
 * the programs for glibc and for musl. False where npm has installed none for this machine, and the program says what
 * it leaves out. Needs the npm registry for another architecture than this machine's.
 */
export function putNativePart(directory: string, architecture: Architecture = process.arch): boolean {
  const name = packageFor(architecture)
  const place = join(directory, 'node_modules', name)
  const entry = lockEntry(name)
  if (entry === undefined) return false
  if (versionOf(place) === entry.version) return true
  const installed = join(root, 'node_modules', name)
  if (architecture === process.arch && versionOf(installed) !== entry.version) return false
  const partial = `${place}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(dirname(place), { recursive: true })
  if (versionOf(installed) === entry.version) cpSync(installed, partial, { recursive: true })
  else fetchInto(partial, `${name}@${entry.version}`, entry.integrity)
  rmSync(place, { recursive: true, force: true })
  renameSync(partial, place)
  return true
}

interface LockEntry {
  readonly version: string
  readonly integrity: string
}

function lockEntry(name: string): LockEntry | undefined {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, LockEntry>>
  }
  return lock.packages[`node_modules/${name}`]
}

function versionOf(directory: string): string | undefined {
  const path = join(directory, 'package.json')
  if (!existsSync(path)) return undefined
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

/** Unpacks what the registry has under this name, when it is what package-lock.json expects. */
function fetchInto(directory: string, spec: string, integrity: string): void {
  const temporary = mkdtempSync(join(tmpdir(), 'isconf-native-'))
  try {
    const words = ['pack', '--silent', '--pack-destination', temporary, spec]
    const archive = join(temporary, execFileSync('npm', words, { encoding: 'utf8' }).trim())
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
    if (found !== integrity) throw new Error(`${spec} is ${found}, and package-lock.json has ${integrity}`)
    mkdirSync(directory)
    execFileSync('tar', ['-xzf', archive, '-C', directory, '--strip-components=1'])
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}
