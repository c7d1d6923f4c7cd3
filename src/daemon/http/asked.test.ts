import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IsconfError, silentLog } from '../../base/index.ts'
import { logAsked, logEnd } from './asked.ts'

function lines(say: (log: typeof silentLog) => void): readonly (readonly [object, string])[] {
  const said: [object, string][] = []
  say({ ...silentLog, info: (facts, message) => void said.push([facts, message]) })
  return said
}

test('logAsked() has the name that was given and what the kernel says', () => {
  const asked = { uid: 0, loginUid: 1001, login: 'bob' }
  assert.deepEqual(
    lines((log) => logAsked(log, 'wip-drop', { user: 'ann' }, asked)),
    [[{ user: 'ann', ...asked }, 'isconf wip drop: asked for by ann (uid 0, login uid 1001 (bob))']],
  )
  const texts = lines((log) => {
    logAsked(log, 'stop', null, { uid: 0 })
    logAsked(log, 'lock', { user: 'ann' }, undefined)
    logAsked(log, 'stop', undefined, undefined)
  }).map(([, text]) => text)
  assert.deepEqual(texts, [
    'isconf stop: asked for by uid 0, no login',
    'isconf lock: asked for by ann',
    'isconf stop: asked for',
  ])
})

test('logEnd() has the exit status, and the code of a failure', () => {
  const said = lines((log) => {
    logEnd(log, 'lock')
    logEnd(log, 'lock', new IsconfError('LOCKED', 'no'))
  })
  assert.deepEqual(said, [
    [{ status: 0 }, 'isconf lock: ended with status 0'],
    [{ code: 'LOCKED', status: 220 }, 'isconf lock: ended with status 220'],
  ])
})
