import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '../../mesh/index.ts'
import { clocksOf } from './clocks.ts'
import type { KeptRecord } from './host-records.ts'

function kept(host: string, time: string, saidMs: number, more: object = {}): KeptRecord {
  const record = { peer: host as PeerId, count: 1, time, addresses: [], host, ...more }
  return { signed: { said: '', signature: '' }, record, saidMs, seen: '2030-01-01T12:00:00.000Z', from: undefined }
}

test('clocksOf() compares what a host said of its time with when it was heard, of those heard lately', () => {
  const records = [
    kept('self', '2031-01-01T12:00:00.000Z', 900),
    kept('level', '2030-01-01T12:00:00.500Z', 900),
    kept('behind', '2030-01-01T11:00:00.000Z', 500),
    kept('long-ago', '2020-01-01T11:00:00.000Z', 499),
    kept('left', '2020-01-01T11:00:00.000Z', 900, { left: true }),
  ]
  assert.deepEqual(clocksOf(records, 'self' as PeerId, 500), [
    { name: 'level', aheadMs: 500 },
    { name: 'behind', aheadMs: -3_600_000 },
  ])
})
