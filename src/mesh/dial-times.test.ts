import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialTimes } from './dial-times.ts'

test('of two hosts that find each other one dials at once, the other later, and neither all the time', () => {
  const [low, high] = [dialTimes('alder'), dialTimes('birch')]
  const answers = [0, 1_000, 6_000, 7_000, 16_000].map((nowMs) => [low('birch', 'b', nowMs), high('alder', 'a', nowMs)])
  assert.deepEqual(answers, [
    [true, false],
    [false, false],
    [false, true],
    [false, false],
    [true, false],
  ])
})

test('where else a host is heard is dialed, too, when the first place has not worked by then', () => {
  const isDue = dialTimes('alder')
  assert.equal(isDue('birch', 'forged', 0), true)
  assert.deepEqual([isDue('birch', 'true', 1_000), isDue('birch', 'true', 6_000)], [false, true])
})

test('however many hosts are invented, few are dialed, and an honest one is dialed again and again', () => {
  const isDue = dialTimes('alder')
  let dials = 0
  for (let nowMs = 0; nowMs < 60_000; nowMs += 10) if (isDue(`invented${nowMs}`, `place${nowMs}`, nowMs)) dials += 1
  assert.equal(dials, 32 + 119)
  assert.deepEqual(
    [61_000, 61_001].map((nowMs) => isDue('birch', 'b', nowMs)),
    [true, false],
  )
})
