/**
 * Makes each change of the table in a copy of the sources, and runs the test that should notice: `npm run mutations`, or,
 * for those whose file or promise has one of some words in it, `npm run mutations -- WORD...`.
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
  const words = process.argv.slice(2)
  const isChosen = ({ breaks, file, test }: Mutation): boolean =>
    words.length === 0 || words.some((word) => `${breaks} ${file} ${test}`.includes(word))
  const chosen = mutations.filter(isChosen)
  const missed = chosen.filter((mutation) => !isNoticed(mutation))
  console.log(`${chosen.length - missed.length} of ${chosen.length} changes were noticed`)
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
