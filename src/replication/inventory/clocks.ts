/** Other hosts' clocks, as far as their records tell. For people: no clock decides anything. */
import type { PeerId } from '../../mesh/index.ts'
import type { KeptRecord } from './host-records.ts'

/** How far another host's clock is ahead of this one's; a second or so of it is the record's way here. */
export interface ClockOfHost {
  readonly name: string
  readonly aheadMs: number
}

/** Of hosts but `self` that have said something since `oldestMs` of this host's monotonic clock. */
export function clocksOf(records: Iterable<KeptRecord>, self: PeerId, oldestMs: number): readonly ClockOfHost[] {
  return [...records].flatMap(({ record, saidMs, seen }) => {
    const { peer, host: name, time, left } = record
    if (left || peer === self || saidMs < oldestMs) return []
    return [{ name, aheadMs: Date.parse(time) - Date.parse(seen) }]
  })
}
