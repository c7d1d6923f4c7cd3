/**
 * The hosts of the domain: what each has said of itself to everybody, signed,
 * and what neighbours tell directly, which is newer. It is kept on disk, so
 * that a host that is off stays in it.
 */
import type { KeyObject } from 'node:crypto'
import {
  type Cancel,
  type Clock,
  type Disk,
  everybodyMax,
  isoTime,
  type Log,
  nowAndThen,
  type Random,
} from '../../base/index.ts'
import type { Candidate, PeerId, Transport } from '../../mesh/index.ts'
import type { OwnWords } from '../announcement.ts'
import { DirectWords } from './direct-words.ts'
import { addressesMax, type HostRecord, signRecord, type VerifyRecord, verifyByPeerId } from './host-record.ts'
import { forgottenMs, HostRecords } from './host-records.ts'
import { OwnWord } from './own-word.ts'
import { RecordExchange } from './record-exchange.ts'
import { RecordsFile } from './records-file.ts'

/** How often is looked whether this host has something to say of itself. */
const lookEveryMs = 5_000

/** What a host has told of itself. */
export interface KnownHost {
  readonly peer: PeerId
  readonly name: string
  /** Where it stands; undefined when it is of a release that does not tell. */
  readonly at: OwnWords['at']
  readonly boot: OwnWords['boot']
  /** The operation that it can't do, and why. */
  readonly stopped: OwnWords['stopped']
  /** When it was heard or lost last, for people. */
  readonly seen: string
}

export interface InventoryDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly disk: Pick<Disk, 'readFile' | 'replaceFile'>
  readonly path: string
  /** This host's key. */
  readonly key: KeyObject
  readonly words: () => OwnWords
  /** Where this host can be dialed. */
  readonly addresses: () => readonly string[]
  /**
   * Another check of signatures, and records that are here already and kept by who gives them, not in the file: in a
   * simulation of many hosts, of which each would write down what all the others write.
   */
  readonly isSigned?: VerifyRecord
  readonly records?: HostRecords
}

export class Inventory {
  readonly #deps: InventoryDeps
  readonly #records: HostRecords
  readonly #exchange: RecordExchange
  readonly #ownWord = new OwnWord()
  readonly #file: RecordsFile | undefined
  readonly #direct: DirectWords
  #cancel: Cancel = () => undefined

  constructor(deps: InventoryDeps) {
    this.#deps = deps
    this.#records = deps.records ?? new HostRecords()
    this.#direct = new DirectWords(deps.clock)
    this.#exchange = new RecordExchange({
      ...deps,
      records: this.#records,
      isSigned: deps.isSigned ?? verifyByPeerId,
      // An earlier daemon of this host said more than this one knows of: the next word has to count on from there.
      onRecord: (kept) => {
        if (kept.record.peer === deps.transport.self) this.#ownWord.unsay()
        this.#direct.recorded(kept)
      },
    })
    this.#file = deps.records ? undefined : new RecordsFile(deps)
  }

  /** Reads what an earlier daemon has kept. */
  async open(): Promise<void> {
    await this.#file?.read(this.#records, this.#deps.isSigned ?? verifyByPeerId)
  }

  /** Begins to answer, and to say and hear. */
  start(): void {
    const { clock, random } = this.#deps
    this.#exchange.serve()
    const own = this.#records.get(this.#deps.transport.self)
    if (own) this.#ownWord.known(own.record, own.record.addresses, own.saidMs)
    this.#look()
    this.#cancel = nowAndThen(clock, random, lookEveryMs, () => this.#look())
  }

  async stop(): Promise<void> {
    this.#cancel()
    await this.#file?.write(this.#records)
  }

  /** How many hosts the domain has, as far as is known; this one is one of them. */
  get size(): number {
    return Math.max(this.#records.size, this.#direct.size + 1)
  }

  /** Whether each host has a few neighbours instead of all the others. */
  get isLarge(): boolean {
    return this.size > everybodyMax
  }

  digest(): string {
    return this.#records.digest()
  }

  /** Has a neighbour and this host know the same hosts. Rejects when it does not answer. */
  level(peer: PeerId): Promise<void> {
    return this.#exchange.level(peer)
  }

  /** A neighbour tells of itself. */
  heard(peer: PeerId, words: OwnWords): void {
    this.#direct.heard(peer, words)
  }

  /** The connection to it is gone. */
  lost(peer: PeerId): void {
    this.#direct.lost(peer)
  }

  /** The name a peer goes by; its id until it has told. */
  nameOf(peer: PeerId): string {
    return this.#direct.get(peer)?.words.host ?? this.#records.get(peer)?.record.host ?? peer
  }

  /** The other hosts, but for those that have left the domain. */
  all(): readonly KnownHost[] {
    const known = new Map<PeerId, KnownHost>()
    const { self } = this.#deps.transport
    for (const { record, seen } of this.#records.all()) {
      const { peer, host: name, at, boot, stopped, left } = record
      if (!left && peer !== self) known.set(peer, { peer, name, at, boot, stopped, seen })
    }
    for (const [peer, { words, seen }] of this.#direct.all()) {
      const { host: name, at, boot, stopped } = words
      known.set(peer, { peer, name, at, boot, stopped, seen })
    }
    return [...known.values()]
  }

  /** Some of the hosts that have said where they can be dialed, another selection each time. */
  sample(count: number): readonly Candidate[] {
    const { transport, random } = this.#deps
    const chance = count / Math.max(1, this.#records.size)
    const offset = random.below(this.#records.size + 1)
    const chosen: Candidate[] = []
    let index = 0
    for (const { record } of this.#records.all()) {
      index += 1
      // Evenly spread from a place that changes: a selection for each host, without a number by chance for each record.
      const isChosen = Math.floor((index + offset) * chance) !== Math.floor((index - 1 + offset) * chance)
      const [address] = record.addresses
      if (!isChosen || record.left || record.peer === transport.self || address === undefined) continue
      chosen.push({ peer: record.peer, address })
    }
    return chosen
  }

  /** Says what there is to say of this host, when it is time. */
  #look(): void {
    const { clock, transport, words, addresses, key } = this.#deps
    const [own, where, nowMs] = [words(), addresses().slice(0, addressesMax), clock.monotonicMs()]
    const occasion = this.#ownWord.next(own, where, nowMs, this.size)
    if (occasion) {
      const count = (this.#records.get(transport.self)?.record.count ?? 0) + 1
      const facts = { peer: transport.self, count, time: isoTime(clock), addresses: [...where] }
      const record: HostRecord = { ...facts, ...own, ...(occasion === 'urgent' && { urgent: true }) }
      const kept = { signed: signRecord(record, key), record, saidMs: nowMs, seen: isoTime(clock), from: undefined }
      this.#records.put(kept)
      if (occasion === 'urgent') this.#exchange.tellAtOnce(kept)
    }
    this.#forgetOld()
    void this.#file?.writeIfDue(this.#records)
  }

  #forgetOld(): void {
    const nowMs = this.#deps.clock.monotonicMs()
    const { self } = this.#deps.transport
    for (const { record, saidMs } of this.#records.all()) {
      if (nowMs - saidMs < forgottenMs) return
      if (record.peer !== self) this.#records.forget(record.peer)
    }
  }
}
