/**
 * Makes each change of the table in a copy of the sources, and runs the test that should notice: `npm run mutations`.
 * A change that no test fails on, or whose text is no longer there, fails the run.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Mutation, mutations } from './table.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const copy = mkdtempSync(join(tmpdir(), 'isconf-mutations-'))
try {
  for (const name of ['src', 'test', 'package.json']) cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const missed = mutations.filter((mutation) => !isNoticed(mutation))
  console.log(`${mutations.length - missed.length} of ${mutations.length} changes were noticed`)
  if (missed.length > 0) process.exitCode = 1
} finally {
  rmSync(copy, { recursive: true })
}

function isNoticed({ breaks, file, from, to, test }: Mutation): boolean {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(from).length !== 2) {
    console.log(`gone: ${breaks}: ${file} does not hold once: ${from}`)
    return false
  }
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
  const { status } = spawnSync(process.execPath, ['--test', test], { cwd: copy, timeout: 120_000 })
  writeFileSync(path, text)
  console.log(`${status === 0 ? 'NOT noticed' : 'noticed'}: ${breaks} (${test})`)
  return status !== 0
}
