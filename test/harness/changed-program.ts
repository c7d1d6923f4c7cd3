/** The program, built from sources with other numbers in them: what happens in a large domain is then seen in a small one. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ending } from './lab.ts'

/** Text that a source has once, and what stands there instead. */
export interface Change {
  readonly file: string
  readonly from: string
  readonly to: string
}

/**
 * Three hosts are a large domain, in which a host wants one neighbour and looks for no other: a host that nets brings
 * together with another one stays with that.
 */
export const fewNeighbours: readonly Change[] = [
  { file: 'src/base/large-domain.ts', from: 'everybodyMax = 24', to: 'everybodyMax = 2' },
  { file: 'src/mesh/neighbours.ts', from: 'neighboursMin = 8', to: 'neighboursMin = 1' },
  { file: 'src/mesh/neighbours.ts', from: 'nearMax = 2', to: 'nearMax = 0' },
  { file: 'src/mesh/neighbour-keeper.ts', from: 'exploreEveryMsMin = 300_000', to: 'exploreEveryMsMin = 30_000_000' },
  { file: 'src/mesh/neighbour-keeper.ts', from: 'exploreEveryMsMax = 900_000', to: 'exploreEveryMsMax = 30_000_000' },
]

/** Builds it; gives the directory that stands for dist/. */
export function buildChanged(ending: Ending, changes: readonly Change[]): string {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const copy = mkdtempSync(join(tmpdir(), 'isconf-changed-'))
  ending.after(() => rmSync(copy, { recursive: true }))
  for (const name of ['src', 'scripts', 'package.json', 'package-lock.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const { file, from, to } of changes) {
    const path = join(copy, file)
    const text = readFileSync(path, 'utf8')
    assert.equal(text.split(from).length, 2, `${file} has this once: ${from}`)
    writeFileSync(path, text.replace(from, to))
  }
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.ts'], { cwd: copy, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return join(copy, 'dist')
}
