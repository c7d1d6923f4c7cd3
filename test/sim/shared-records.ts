/** Records of hosts as a map for each of many simulated hosts, which holds only what is not the same for all. */
import type { GroupedRecord, RecordMap } from '../../src/replication/index.ts'

/** What all hosts have in common. */
export interface CommonRecords {
  readonly byShort: ReadonlyMap<string, GroupedRecord>
  /** The one that arrived longest ago first. */
  readonly inOrder: readonly (readonly [string, GroupedRecord])[]
}

export class SharedRecords implements RecordMap {
  readonly #common: CommonRecords
  readonly #own = new Map<string, GroupedRecord>()
  readonly #gone = new Set<string>()
  /** One copy of each record, however many hosts have it. */
  readonly #copies: Map<string, GroupedRecord>
  /** How many it has more than all have in common. */
  #more = 0
  /** All that is in common before this place is not so here, and need not be looked at again. */
  #first = 0

  constructor(common: CommonRecords, copies: Map<string, GroupedRecord>) {
    this.#common = common
    this.#copies = copies
  }

  get size(): number {
    return this.#common.byShort.size + this.#more
  }

  get(key: string): GroupedRecord | undefined {
    return this.#own.get(key) ?? (this.#gone.has(key) ? undefined : this.#common.byShort.get(key))
  }

  set(key: string, kept: GroupedRecord): Map<string, GroupedRecord> {
    const { signature } = kept.signed
    const copy = this.#copies.get(signature) ?? kept
    this.#copies.set(signature, copy)
    if (this.get(key) === undefined) this.#more += 1
    if (this.#common.byShort.has(key)) this.#gone.add(key)
    this.#own.set(key, { ...kept, signed: copy.signed, record: copy.record })
    return this.#own
  }

  delete(key: string): boolean {
    const was = this.get(key) !== undefined
    if (was) this.#more -= 1
    this.#own.delete(key)
    if (this.#common.byShort.has(key)) this.#gone.add(key)
    return was
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.#stillCommon()) yield key
    yield* this.#own.keys()
  }

  *values(): MapIterator<GroupedRecord> {
    for (const [, kept] of this.#stillCommon()) yield kept
    yield* this.#own.values()
  }

  *#stillCommon(): Generator<readonly [string, GroupedRecord]> {
    const { inOrder } = this.#common
    const isGone = (at: number): boolean => this.#gone.has(inOrder[at]?.[0] ?? '')
    while (this.#first < inOrder.length && isGone(this.#first)) this.#first += 1
    for (let at = this.#first; at < inOrder.length; at += 1) {
      const one = inOrder[at]
      if (one && !isGone(at)) yield one
    }
  }
}
