/** The other hosts of the domain, by the newest that is known of each. */
import type { PeerId } from '../../mesh/index.ts'
import type { Direct } from './direct-words.ts'
import type { KeptRecord } from './host-records.ts'
import type { KnownHost } from './inventory-types.ts'

/** All except `self`, without those that have left the domain. */
export function knownHosts(
  records: Iterable<KeptRecord>,
  direct: Iterable<readonly [PeerId, Direct]>,
  self: PeerId,
): readonly KnownHost[] {
  const known = new Map<PeerId, KnownHost>()
  for (const { record, seen } of records) {
    const { peer, host: name, at, boot, stopped, held, left } = record
    if (!left && peer !== self)
      known.set(peer, { peer, name, at, boot, stopped, held, seen, addresses: record.addresses })
  }
  for (const [peer, { words, seen }] of direct) {
    const { host: name, at, boot, stopped, held } = words
    known.set(peer, { peer, name, at, boot, stopped, held, seen, addresses: known.get(peer)?.addresses ?? [] })
  }
  return [...known.values()]
}
