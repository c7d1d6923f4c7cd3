/** Which hosts are up although this one is not connected to them. */
import type { PeerId, Unconnected } from '../../mesh/index.ts'
import type { KeptRecord } from './host-records.ts'

/** Hosts that have said something since then, and that somebody else has told of. */
export function unconnectedOf(
  records: Iterable<KeptRecord>,
  connected: ReadonlySet<PeerId>,
  sinceMs: number,
): readonly Unconnected[] {
  const unconnected: Unconnected[] = []
  for (const { record, saidMs, from } of records) {
    if (record.left || saidMs < sinceMs || from === undefined || connected.has(record.peer)) continue
    unconnected.push({ peer: record.peer, from })
  }
  return unconnected
}
