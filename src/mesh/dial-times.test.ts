import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialTimes } from './dial-times.ts'

test('of two hosts that find each other one dials at once, the other later, and neither all the time', () => {
  const [low, high] = [dialTimes('alder'), dialTimes('birch')]
  const answers = [0, 1_000, 6_000, 7_000, 16_000].map((nowMs) => [low('birch', nowMs), high('alder', nowMs)])
  assert.deepEqual(answers, [
    [true, false],
    [false, false],
    [false, true],
    [false, false],
    [true, false],
  ])
})
