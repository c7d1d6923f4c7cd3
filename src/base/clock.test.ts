import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { isoTime, sleep, within } from './clock.ts'

test('sleep() resolves when its time has come, and not before', async () => {
  const clock = new SimClock()
  let woke = false
  const slept = sleep(clock, 1_000).then(() => {
    woke = true
  })
  await clock.run(999)
  assert.ok(!woke)
  await clock.run(1)
  await slept
  assert.ok(woke)
})

test('sleep() that is aborted rejects with the reason, and its time passes unnoticed', async () => {
  const clock = new SimClock()
  const abort = new AbortController()
  const slept = sleep(clock, 1_000, abort.signal)
  abort.abort(new Error('get up'))
  await assert.rejects(slept, /get up/)
  await clock.run(2_000)
  await assert.rejects(sleep(clock, 1_000, abort.signal), /get up/)
})

test('within() gives the result that comes in time', async () => {
  const clock = new SimClock()
  const result = within(
    clock,
    100,
    sleep(clock, 99).then(() => 'in time'),
    () => 'late',
  )
  assert.equal(await clock.until(result), 'in time')
})

test('within() gives what late() gives, or throws, when the result takes longer', async () => {
  const clock = new SimClock()
  const never = new Promise<string>(() => undefined)
  assert.equal(await clock.until(within(clock, 100, never, () => 'late')), 'late')
  assert.equal(clock.monotonicMs(), 100)
  const failing = within(clock, 100, never, () => {
    throw new Error('too late')
  })
  await assert.rejects(clock.until(failing), /too late/)
})

test('within() hands on a failure, and asks late() no more', async () => {
  const clock = new SimClock()
  let asked = 0
  const failing = within(clock, 100, Promise.reject(new Error('broken')), () => {
    asked += 1
  })
  await assert.rejects(failing, /broken/)
  await clock.run(200)
  assert.equal(asked, 0)
})

test('isoTime() is wall time in UTC, wherever the host stands', () => {
  const clock = new SimClock()
  assert.equal(isoTime(clock), '2030-01-01T00:00:00.000Z')
  clock.jumpWall(-1)
  assert.equal(isoTime(clock), '2029-12-31T23:59:59.999Z')
})
