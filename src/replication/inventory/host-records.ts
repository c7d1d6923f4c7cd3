/**
 * The records of all hosts, and what is needed to find the differences between two hosts' records in a few bytes. No
 * clock, network or disk.
 */
import { sha256Hex } from '../../base/index.ts'
import type { PeerId } from '../../mesh/index.ts'
import { groupCount, groupOf, type Have, hash32, haveOf, partsOf, type Short, shortOf } from './haves.ts'
import type { HostRecord, SignedRecord } from './host-record.ts'

/** A host that nobody has heard of for this long is forgotten: 90 days in which the hosts that tell so were up. */
export const forgottenMs = 90 * 24 * 3_600_000
/** More hosts than a domain has; the one that was heard longest ago is forgotten first. */
export const hostsMax = 20_000
/**
 * What all of them say together, in characters: of as many hosts two thousand each, where one says some hundred. A member
 * that makes up hosts must not fill the memory of all others.
 */
export const saidMax = 40 * 1024 * 1024
/** Their digests as text. */
export const groupsLength = Math.ceil((groupCount * 4) / 3) * 4
/** How many arrivals are remembered, to tell neighbours what is new since they were last told. */
const arrivalsMax = 4_096

/** A record that is kept. */
export interface KeptRecord {
  readonly signed: SignedRecord
  readonly record: HostRecord
  /** When it was said, as far as its way here allows to tell: monotonic milliseconds of this host. */
  readonly saidMs: number
  /** The same for people, by this host's clock. */
  readonly seen: string
  /** Who gave it; undefined if it was here at the start, or is this host's own. */
  readonly from: PeerId | undefined
}

/** The same with its group, which is found out once: the groups of all are asked for whenever two hosts compare theirs. */
export interface GroupedRecord extends KeptRecord {
  readonly group: number
}

/** What {@link HostRecords} needs of a map; in a simulation, many hosts share what they have in common. */
export type RecordMap = Pick<Map<Short, GroupedRecord>, 'get' | 'set' | 'delete' | 'size' | 'keys' | 'values'>

export class HostRecords {
  readonly #recordByShort: RecordMap
  readonly #groups: Uint32Array
  readonly #arrivals: Short[] = []
  /** See {@link saidMax}. */
  #said = 0
  /** How many records have arrived since the start. */
  arrived = 0

  /** `like` has the same records as `recordByShort`, so that nothing need be computed again. */
  constructor(recordByShort: RecordMap = new Map(), like?: HostRecords) {
    this.#recordByShort = recordByShort
    this.#groups = like ? like.#groups.slice() : new Uint32Array(groupCount)
    if (like) this.#said = like.#said
    else for (const kept of recordByShort.values()) this.#count(kept)
  }

  get size(): number {
    return this.#recordByShort.size
  }

  get(peer: PeerId): KeptRecord | undefined {
    return this.#recordByShort.get(shortOf(peer))
  }

  /** The records, the one that arrived longest ago first. */
  all(): Iterable<KeptRecord> {
    return this.#recordByShort.values()
  }

  /** Whether a record is newer than the one here. */
  isNews({ peer, count }: HostRecord): boolean {
    return (this.get(peer)?.record.count ?? 0) < count
  }

  /** Keeps a record if it is newer than the one here. Whether it was. */
  put(kept: KeptRecord): boolean {
    if (!this.isNews(kept.record)) return false
    const short = shortOf(kept.record.peer)
    this.#forget(short)
    const grouped = { ...kept, group: groupOf(kept.record.peer) }
    this.#recordByShort.set(short, grouped)
    this.#count(grouped)
    this.#arrivals.push(short)
    if (this.#arrivals.length > 2 * arrivalsMax) this.#arrivals.splice(0, arrivalsMax)
    this.arrived += 1
    for (const oldest of this.#recordByShort.keys()) {
      if (this.#recordByShort.size <= hostsMax && this.#said <= saidMax) break
      this.#forget(oldest)
    }
    return true
  }

  /** Forgets hosts that nobody has heard of for a long time, except `self`. */
  forgetOld(nowMs: number, self: PeerId): void {
    for (const { record, saidMs } of this.all()) {
      if (nowMs - saidMs < forgottenMs) return
      if (record.peer !== self) this.forget(record.peer)
    }
  }

  forget(peer: PeerId): void {
    this.#forget(shortOf(peer))
  }

  /** One digest of all records. */
  digest(): string {
    return sha256Hex(Buffer.from(this.#groups.buffer)).slice(0, 16)
  }

  /** The digests of the groups of records, in base64. */
  groups(): string {
    return Buffer.from(this.#groups.buffer).toString('base64')
  }

  /** The groups in which another host's records differ from those here. */
  differing(groups: string): ReadonlySet<number> {
    const bytes = Buffer.from(groups, 'base64')
    const isOther = (group: number): boolean => bytes.readUInt32LE(4 * group) !== this.#groups[group]
    return new Set([...this.#groups.keys()].filter(isOther))
  }

  /** What is here, of all groups or of some. */
  haves(groups?: ReadonlySet<number>): readonly Have[] {
    const haves: Have[] = []
    if (groups?.size === 0) return haves
    for (const { record, group } of this.#recordByShort.values()) {
      if (groups === undefined || groups.has(group)) haves.push(haveOf(record))
    }
    return haves
  }

  /**
   * What has arrived since `arrived` had this value, without what `peer` itself gave of others; undefined if that is
   * too long ago. The peer's own record is included, because a copy of that host may have given it.
   */
  havesSince(arrived: number, peer: PeerId): readonly Have[] | undefined {
    const count = this.arrived - arrived
    if (count > this.#arrivals.length) return undefined
    const fresh = new Set(count === 0 ? [] : this.#arrivals.slice(-count))
    return [...fresh].flatMap((one) => {
      const kept = this.#recordByShort.get(one)
      return kept && (kept.from !== peer || kept.record.peer === peer) ? [haveOf(kept.record)] : []
    })
  }

  /** The latest arrivals, at most so many. */
  latestHaves(max: number): readonly Have[] {
    return [...new Set(this.#arrivals.slice(-max))].flatMap((one) => {
      const kept = this.#recordByShort.get(one)
      return kept ? [haveOf(kept.record)] : []
    })
  }

  /** Those of another host's records that are newer than here. */
  lacks(haves: readonly Have[]): readonly Short[] {
    return haves.flatMap((have) => {
      const [short, count] = partsOf(have)
      return (this.#recordByShort.get(short)?.record.count ?? 0) < count ? [short] : []
    })
  }

  /** Those of the records here that are newer than what another host has, in the groups of which it told everything. */
  newerThan(haves: readonly Have[], groups: ReadonlySet<number>): readonly Short[] {
    const countByShort = new Map(haves.map(partsOf))
    return this.haves(groups).flatMap((have) => {
      const [short, count] = partsOf(have)
      return (countByShort.get(short) ?? 0) < count ? [short] : []
    })
  }

  /** The records of hosts by their short names. */
  named(shorts: readonly Short[]): readonly KeptRecord[] {
    return shorts.flatMap((short) => this.#recordByShort.get(short) ?? [])
  }

  #forget(short: Short): void {
    const known = this.#recordByShort.get(short)
    if (known) {
      this.#toggle(known)
      this.#said -= known.signed.said.length
    }
    this.#recordByShort.delete(short)
  }

  #count(kept: GroupedRecord): void {
    this.#toggle(kept)
    this.#said += kept.signed.said.length
  }

  /** Adds a record to the digest of its group, or removes it: the operation is the same. */
  #toggle({ record, group }: GroupedRecord): void {
    this.#groups[group] = (this.#groups[group] as number) ^ hash32(haveOf(record))
  }
}
