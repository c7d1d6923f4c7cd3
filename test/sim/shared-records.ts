/** Records of hosts as a map for each of many simulated hosts, which holds only what is not the same for all. */
import type { KeptRecord, RecordMap } from '../../src/replication/index.ts'

export class SharedRecords implements RecordMap {
  readonly #base: ReadonlyMap<string, KeptRecord>
  readonly #own = new Map<string, KeptRecord>()
  readonly #gone = new Set<string>()
  /** One copy of each record, however many hosts have it. */
  readonly #copies: Map<string, KeptRecord>

  constructor(base: ReadonlyMap<string, KeptRecord>, copies: Map<string, KeptRecord>) {
    this.#base = base
    this.#copies = copies
  }

  /** How many it has more than all have in common. */
  #more = 0

  get size(): number {
    return this.#base.size + this.#more
  }

  get(key: string): KeptRecord | undefined {
    return this.#own.get(key) ?? (this.#gone.has(key) ? undefined : this.#base.get(key))
  }

  set(key: string, kept: KeptRecord): Map<string, KeptRecord> {
    const { signature } = kept.signed
    const copy = this.#copies.get(signature) ?? kept
    this.#copies.set(signature, copy)
    if (this.get(key) === undefined) this.#more += 1
    this.#gone.delete(key)
    this.#own.set(key, { ...kept, signed: copy.signed, record: copy.record })
    return this.#own
  }

  delete(key: string): boolean {
    const was = this.get(key) !== undefined
    if (was) this.#more -= 1
    this.#own.delete(key)
    if (this.#base.has(key)) this.#gone.add(key)
    return was
  }

  *keys(): MapIterator<string> {
    for (const key of this.#base.keys()) if (!this.#gone.has(key) && !this.#own.has(key)) yield key
    yield* this.#own.keys()
  }

  *values(): MapIterator<KeptRecord> {
    for (const [key, kept] of this.#base) if (!this.#gone.has(key) && !this.#own.has(key)) yield kept
    yield* this.#own.values()
  }
}
