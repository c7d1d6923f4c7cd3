/** The clocks of other hosts, as far as their records tell. For people: nothing is decided by a clock. */
import type { PeerId } from '../../mesh/index.ts'
import type { KeptRecord } from './host-records.ts'

/** How far another host's clock is ahead of this one's. A second or so of it is the way of the record to here. */
export interface ClockOfHost {
  readonly name: string
  readonly aheadMs: number
}

/** Of all hosts except `self` that have said something since `oldestMs` by this host's monotonic clock. */
export function clocksOf(records: Iterable<KeptRecord>, self: PeerId, oldestMs: number): readonly ClockOfHost[] {
  return [...records].flatMap(({ record, saidMs, seen }) => {
    const { peer, host: name, time, left } = record
    if (left || peer === self || saidMs < oldestMs) return []
    return [{ name, aheadMs: Date.parse(time) - Date.parse(seen) }]
  })
}
