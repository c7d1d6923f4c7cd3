import assert from 'node:assert/strict'
import test from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { silentLog } from '../base/index.ts'
import { Refusals } from './refusals.ts'

test('refusals are counted by reason, and told at most every ten seconds', async () => {
  const clock = new SimClock()
  const lines: object[] = []
  const refusals = new Refusals(clock, { ...silentLog, warn: (facts) => lines.push(facts) })
  const facts = { address: 'there', peer: 'stranger', detail: 'refused: other key' }
  for (let turn = 0; turn < 100; turn += 1) refusals.note('other key', facts)
  await clock.run(10_000)
  refusals.note('broken', facts)
  assert.deepEqual(refusals.counts(), { 'other domain': 0, 'other key': 100, 'other release': 0, broken: 1 })
  assert.deepEqual(lines, [
    { reason: 'other key', ...facts, othersSinceLastLine: 0 },
    { reason: 'broken', ...facts, othersSinceLastLine: 99 },
  ])
})
