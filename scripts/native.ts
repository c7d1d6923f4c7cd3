/**
 * The parts of the program that are not JavaScript: koffi's native part, a package for each architecture. npm installs
 * that of the machine it runs on; a package for another architecture is fetched and held to package-lock.json.
 */
import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installedAt, lockEntry, versionIn, withPackage } from './npm-package.ts'

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
  if (versionIn(place) === entry.version) return true
  if (architecture === process.arch && versionIn(installedAt(name)) !== entry.version) return false
  const partial = `${place}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(dirname(place), { recursive: true })
  withPackage(name, (from) => cpSync(from, partial, { recursive: true }))
  rmSync(place, { recursive: true, force: true })
  renameSync(partial, place)
  return true
}
