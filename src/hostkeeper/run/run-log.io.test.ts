import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../../../test/support/files.ts'
import { openRunLog, type RunLog, removeLogs } from './run-log.io.ts'

function logShownBy(t: TestContext, show: (text: string) => void): RunLog {
  const terminal = { out: () => undefined, err: () => undefined, show: (text: string | Uint8Array) => show(`${text}`) }
  const log = openRunLog(temporaryDirectory(t), 'id', 'head\n', terminal, () => undefined)
  t.after(() => log.close())
  return log
}

test('what cannot be shown is not shown any more, and stops nothing', (t) => {
  let calls = 0
  const log = logShownBy(t, () => {
    calls += 1
    throw new Error('ENOSPC')
  })
  writeSync(log.descriptor, 'one\n')
  log.show()
  log.show()
  assert.equal(calls, 1)
})

test('a step that writes faster than the terminal takes it does not hold up hostkeeper', (t) => {
  const shown: string[] = []
  const log = logShownBy(t, (text) => {
    shown.push(text)
    if (shown.length < 10) writeSync(log.descriptor, 'more\n')
  })
  writeSync(log.descriptor, 'one\n')
  log.show()
  assert.deepEqual(shown, ['one\n'])
  log.show()
  assert.deepEqual(shown, ['one\n', 'more\n'])
})

test('removeLogs() goes on behind a log that cannot be removed', (t) => {
  const directory = temporaryDirectory(t)
  const [inTheWay, old] = [join(directory, '1.log'), join(directory, '2.log')]
  mkdirSync(inTheWay)
  writeFileSync(old, '')
  removeLogs([inTheWay, old])
  assert.ok(!existsSync(old))
})
