/** Some hosts that could be dialed. */
import type { Random } from '../../base/index.ts'
import type { Candidate, PeerId } from '../../mesh/index.ts'
import type { HostRecords } from './host-records.ts'

/** Some of the other hosts that have said where they can be dialed, another selection each time. */
export function sampleOf(records: HostRecords, self: PeerId, count: number, random: Random): readonly Candidate[] {
  const chance = count / Math.max(1, records.size)
  const offset = random.below(records.size + 1)
  const chosen: Candidate[] = []
  let index = 0
  for (const { record } of records.all()) {
    index += 1
    // Evenly spread from a place that changes: a selection for each host, without a number by chance for each record.
    const isChosen = Math.floor((index + offset) * chance) !== Math.floor((index - 1 + offset) * chance)
    const [address] = record.addresses
    if (!isChosen || record.left || record.peer === self || address === undefined) continue
    chosen.push({ peer: record.peer, address })
  }
  return chosen
}
