import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DialTimes } from './dial-times.ts'

function dueIn(self: string): (peer: string, place: string, nowMs: number) => boolean {
  const times = new DialTimes(self)
  return (...found) => times.isDue(...found)
}

test('of two hosts that find each other one dials at once, the other later, and neither all the time', () => {
  const [low, high] = [dueIn('alder'), dueIn('birch')]
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
  const isDue = dueIn('alder')
  assert.equal(isDue('birch', 'forged', 0), true)
  assert.deepEqual([isDue('birch', 'true', 1_000), isDue('birch', 'true', 6_000)], [false, true])
})

test('however many hosts are invented, few are dialed, and an honest one is dialed again and again', () => {
  const isDue = dueIn('alder')
  let dials = 0
  for (let nowMs = 0; nowMs < 60_000; nowMs += 10) if (isDue(`invented${nowMs}`, `place${nowMs}`, nowMs)) dials += 1
  assert.equal(dials, 32 + 119)
  assert.deepEqual(
    [61_000, 61_001].map((nowMs) => isDue('birch', 'b', nowMs)),
    [true, false],
  )
})
