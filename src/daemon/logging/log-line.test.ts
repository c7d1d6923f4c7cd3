import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineCharactersMax, logLine } from './log-line.ts'

test('logLine() is severity, message and facts', () => {
  const record = { level: 30, time: '2030-01-01T00:00:00Z', msg: 'the daemon answers', pid: 7, addresses: ['a b'] }
  assert.equal(logLine(record), '<6>the daemon answers pid=7 addresses="[\\"a b\\"]"')
  assert.deepEqual(
    [20, 40, 50, 60, 35].map((level) => logLine({ level, msg: 'x' })),
    ['<7>x', '<4>x', '<3>x', '<2>x', '<6>x'],
  )
})

test('logLine() is one line, whatever is in it', () => {
  const error = { type: 'Error', message: 'm', stack: 'Error: m\n    at f (file.ts:1)' }
  const line = logLine({ level: 50, msg: 'one\ntwo\u0007', path: '/a b\n<0>', empty: '', err: error })
  assert.equal(line, '<3>one\\ntwo\\u0007 path="/a b\\n<0>" empty="" err="Error: m\\n    at f (file.ts:1)"')
})

test('logLine() is never longer than its keeper takes', () => {
  const line = logLine({ level: 30, msg: 'x'.repeat(3 * lineCharactersMax) })
  assert.equal(line.length, '<6>'.length + lineCharactersMax)
  assert.ok(line.endsWith('…'))
})
