import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aroundOf, fileOf, lineOf, wordsOf } from '../../test/support/example-host.ts'
import type { Operation } from '../journal/index.ts'
import { invocationsOf, warningsOf } from './index.ts'
import { commandRows, fileRows } from './table.ts'
import type { Example, FileExample } from './warning.ts'

/** The rows that warn of an example, whenever they look. */
async function rowsThatWarn(example: Example | FileExample): Promise<readonly string[]> {
  const host = typeof example === 'string' ? {} : example
  const operation = operationOf(example)
  const around = aroundOf(host, operation)
  const before = await warningsOf(operation, around, 'before')
  return [...before, ...(await warningsOf(operation, around, 'after'))].map(({ row }) => row)
}

function operationOf(example: Example | FileExample): Operation {
  if (typeof example !== 'string' && 'path' in example) return fileOf(example)
  const cwd = typeof example === 'string' ? '/' : (example.cwd ?? '/')
  return { type: 'exec', argv: [...wordsOf(lineOf(example))], cwd, env: {} }
}

for (const row of [...commandRows, ...fileRows]) {
  test(`the row ${row.id} warns of its examples, and is silent of the others`, async () => {
    for (const example of row.flagged)
      assert.ok((await rowsThatWarn(example)).includes(row.id), `not flagged: ${JSON.stringify(example)}`)
    for (const example of row.silent)
      assert.ok(!(await rowsThatWarn(example)).includes(row.id), `flagged: ${JSON.stringify(example)}`)
    assert.ok(row.flagged.length > 0 && row.silent.length > 0, 'a row has examples of both sorts')
  })
}

test('every row has a name of its own', () => {
  const ids = [...commandRows, ...fileRows].map(({ id }) => id)
  assert.deepEqual(ids, [...new Set(ids)])
})

test('invocationsOf() sees through shells, env, sudo and pipes, and knows what runs only if', () => {
  const names = (...argv: string[]): string[] => invocationsOf(argv).map(({ name }) => name)
  assert.deepEqual(names('sudo', '-u', 'web', 'env', 'A=b', '/usr/bin/nice', '-n', '5', 'make', 'install'), ['make'])
  assert.deepEqual(names('bash', '-ec', 'a; b && c | d; (e); for x in 1 2; do f; done; { g; }'), [...'abcdefg'])
  assert.deepEqual(names('sh', '-c', `sh -c 'echo "deep; er"; tee x'`), ['echo', 'tee'])
  assert.deepEqual(names('timeout', '-k', '5', '10', 'apt-get', 'update'), ['apt-get'])
  const [, guarded, plain] = invocationsOf(['sh', '-c', 'grep -q x f || echo x >>f; A=1 echo y >>g'])
  assert.deepEqual([guarded?.isGuarded, guarded?.appendsTo], [true, ['f']])
  assert.deepEqual([plain?.isGuarded, plain?.appendsTo, plain?.variables], [false, ['g'], { A: '1' }])
  const [, , , shell] = invocationsOf(['sh', '-c', 'true; false; curl -s u | sh'])
  assert.equal(shell?.source?.name, 'curl')
})

test('invocationsOf() makes out what it can of a script that is no valid one', () => {
  for (const script of ['if', 'echo "x', '((((', 'a | | b', '<<E', ')', '$(', '\u0000'])
    assert.doesNotThrow(() => invocationsOf(['sh', '-c', script]))
})
