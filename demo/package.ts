/** Makes hello-1.0.tar.gz of the sources beside this file: the package that the demo installs. */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const sources = fileURLToPath(new URL('hello-1.0', import.meta.url))
/** A checkout gives files the time of the checkout; a released package has one of its own. */
const releasedAt = new Date('2024-02-29T12:00:00Z')

export const packageName = 'hello-1.0'

/** Throws what to install when the machine has not the programs that the story needs. */
export function requirePrograms(): void {
  const missing = ['tar', 'gzip'].filter((name) => spawnSync(name, ['--version']).error !== undefined)
  if (missing.length > 0) {
    throw new Error(`the demo needs ${missing.join(' and ')}; on Debian: apt-get install ${missing.join(' ')}`)
  }
}

/** Puts the package into `directory`; its path. */
export function makePackage(directory: string): string {
  const archive = join(directory, `${packageName}.tar.gz`)
  const workbench = mkdtempSync(join(directory, 'package-'))
  const tree = join(workbench, packageName)
  mkdirSync(tree)
  for (const name of readdirSync(sources)) {
    copyFileSync(join(sources, name), join(tree, name))
    chmodSync(join(tree, name), 0o644)
    utimesSync(join(tree, name), releasedAt, releasedAt)
  }
  chmodSync(tree, 0o755)
  utimesSync(tree, releasedAt, releasedAt)
  const tar = spawnSync('tar', ['-czf', archive, packageName], { cwd: workbench, encoding: 'utf8' })
  if (tar.status !== 0) throw new Error(`cannot make ${archive}: ${tar.error?.message ?? tar.stderr}`)
  rmSync(workbench, { recursive: true })
  return archive
}
