import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { unlessThere } from '../../test/support/tools.ts'
import { inOneLine, printable, shellEscaped } from './printable.ts'

test('printable() shows what would move a cursor or turn a line round, and leaves all other text as it is', () => {
  assert.equal(printable('ü 日\n\ta'), 'ü 日\n\ta')
  assert.equal(
    printable('a\u001b[2Jb\r\b\u0000\u007f\u009b\u202e'),
    'a\\u001b[2Jb\\u000d\\u0008\\u0000\\u007f\\u009b\\u202e',
  )
  const document = { name: 'a\u007f\u009b\u202e\n' }
  assert.deepEqual(JSON.parse(printable(JSON.stringify(document))), document)
})

test('inOneLine() is one line', () => {
  assert.equal(inOneLine('a\nisconf: error: b\tc\u001b'), 'a\\nisconf: error: b\\tc\\u001b')
})

test('shellEscaped() is a word of bash for the same text', { skip: unlessThere('bash') }, () => {
  assert.equal(shellEscaped("it's plain \\"), undefined)
  for (const text of ["it's\n\\n", '\u001b[31m\t\u007f', "\r'\\'"]) {
    const word = shellEscaped(text) ?? ''
    assert.doesNotMatch(word, /\p{Cc}/u)
    const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' }
    assert.equal(spawnSync('bash', ['-c', `printf %s ${word}`], { encoding: 'utf8', env }).stdout, text)
  }
})
