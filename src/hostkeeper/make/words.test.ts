import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { temporaryDirectory } from '../../../test/support/files.ts'
import { testWith } from '../../../test/support/tools.ts'
import { makeWords, withVariables } from './words.ts'

const test = testWith('make')

test('withVariables() has values reach a step as they stand, whatever letters they have', (t) => {
  const letters = fc.constantFrom(...'ab $$$()#\'"\\`{};&|<>=:,%*?~!-@\t')
  const found = fc.sample(fc.string({ unit: letters, maxLength: 8 }), { numRuns: 2000, seed: 7 })
  // What make expands, and two dollar signs, are said to be something else.
  const plain = found.filter((value) => !/\$(\$|\([^)]*\)|\{[^}]*\})/.test(value)).slice(0, 1000)
  const values = ['$6$salt$hash', ' two  blanks ', '# none', 'x # y', "it's", '\\', 'a\\', '$', '$(', 'a${b', ...plain]
  const rows = values.map((value, at) => [`V${at}`, { value, place: 'hosts.conf:1' }] as const)
  const makefile = join(temporaryDirectory(t), 'makefile')
  writeFileSync(makefile, 'all:\n\t@env -0\n')
  const env = withVariables({ PATH: process.env['PATH'] }, new Map(rows))
  const { stdout, stderr, status } = spawnSync('make', makeWords(makefile), { env, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const seen = new Map(stdout.split('\0').map((line) => [line.replace(/=.*/s, ''), line.replace(/^[^=]*=/, '')]))
  for (const [at, value] of values.entries()) assert.equal(seen.get(`V${at}`), value)
})
