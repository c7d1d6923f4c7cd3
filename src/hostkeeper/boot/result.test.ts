import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageText, type BootResult, messageOfTheDay, parseBootResult, parseFetchResult, timeOf } from './result.ts'

const nowMs = Date.parse('2026-11-28T10:00:00Z')
const failed: BootResult = {
  boot: 'boot-1',
  level: 'failed',
  at: '2026-11-28T09:00:00Z',
  since: '2026-11-28T08:00:00Z',
  why: 'make failed at bad with status 2',
  step: 'bad',
  log: '/var/is/hostkeeper/log/x.log',
  tree: '5a0c7f6be1d2934c',
  fetched: '2026-11-20T09:00:00Z',
}

test('timeOf() tells no time of a clock that cannot be right', () => {
  assert.equal(timeOf(nowMs), '2026-11-28T10:00:00Z')
  assert.equal(timeOf(0), null)
})

test('ageText() says how long ago something was, and what the clock has to do with it', () => {
  assert.equal(ageText(failed.fetched, nowMs), '8 days ago, at 2026-11-20T09:00:00Z')
  assert.equal(ageText('2026-11-28T09:59:58Z', nowMs), '2 seconds ago, at 2026-11-28T09:59:58Z')
  assert.match(ageText('2099-01-01T00:00:00Z', nowMs), /in the future by the clock of this host/)
  for (const text of [ageText(null, nowMs), ageText(failed.fetched, 0)]) assert.match(text, /the clock was not set/)
})

test('messageOfTheDay() has a line for a failed boot and for an old tree, and no time that the clock did not know', () => {
  assert.equal(
    messageOfTheDay(failed, undefined),
    'This host is not as it should be: make failed at bad with status 2, at 2026-11-28T09:00:00Z. See /var/is/hostkeeper/log/x.log.\n',
  )
  assert.match(
    messageOfTheDay({ ...failed, at: null }, undefined) ?? '',
    /status 2, at a boot with a clock that was not set\. See/,
  )
  assert.match(
    messageOfTheDay({ ...failed, level: 'old', why: 'the tree is of …' }, 'the tree is of …') ?? '',
    /^This host goes on with an old/,
  )
  for (const level of ['right', 'excluded'] as const)
    assert.equal(messageOfTheDay({ ...failed, level }, undefined), undefined)
})

test('parseBootResult() and parseFetchResult() take what is no record for none', () => {
  for (const text of [undefined, '', '{"boot":', '{}']) {
    assert.equal(parseBootResult(text), undefined)
    assert.deepEqual(parseFetchResult(text), { tree: null, at: null, failure: null })
  }
  assert.deepEqual(parseBootResult(JSON.stringify(failed)), failed)
})
