import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { aroundOf, wordsOf } from '../../test/support/example-host.ts'
import type { ExecOperation } from '../journal/index.ts'
import { warningsOf } from './index.ts'

const text = readFileSync(new URL('administrators.txt', import.meta.url), 'utf8')
// What goes over several lines begins with a verdict.
const lines = text
  .split(/\n(?=$|#|packages |[a-z,:-]+ {3,})/)
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => line.trimEnd())
const packages = lines.filter((line) => line.startsWith('packages ')).flatMap((line) => line.split(' ').slice(1))
const commands = lines.filter((line) => !line.startsWith('packages ')).map((line) => /^(\S+)\s+(.*)$/s.exec(line) ?? [])

const conffiles = packages.map((name) => [`/var/lib/dpkg/info/${name}.conffiles`, ''] as const)
const files = Object.fromEntries([...conffiles, ['/run/systemd/system/', '']])

async function rowsThatWarn(line: string): Promise<readonly string[]> {
  const operation: ExecOperation = { type: 'exec', argv: [...wordsOf(line)], cwd: '/', env: {} }
  const around = aroundOf({ files }, operation)
  const all = [...(await warningsOf(operation, around, 'before')), ...(await warningsOf(operation, around, 'after'))]
  return all.map(({ row }) => row).sort()
}

test("of administrators' commands the table warns of those that do not replay, and of hardly any other", async (t) => {
  const counts = { rightly: 0, silent: 0, missed: 0, wrongly: 0 }
  for (const [, verdict = '', line = ''] of commands) {
    const found = await rowsThatWarn(line)
    const [word, wrong] = verdict.split(':')
    const expected = wrong ? [wrong] : word === '-' || word === 'missed' ? [] : verdict.split(',').sort()
    assert.deepEqual(found, expected, line)
    if (wrong) counts.wrongly += 1
    else if (word === 'missed') counts.missed += 1
    else if (word === '-') counts.silent += 1
    else counts.rightly += 1
  }
  t.diagnostic(JSON.stringify({ commands: commands.length, ...counts }))
  assert.ok(commands.length >= 200, `only ${commands.length} commands`)
  assert.ok(counts.wrongly + counts.missed <= commands.length / 20, 'no more than one of twenty is judged wrongly')
})
