/**
 * The hosts of the domain: what each has said about itself to everybody, signed, and what neighbours tell directly,
 * which is newer. It is kept on disk, so that a host that is off stays in it.
 */
import { type Cancel, everybodyMax, isoTime, nowAndThen } from '../../base/index.ts'
import type { Candidate, PeerId, Unconnected } from '../../mesh/index.ts'
import type { OwnWords } from '../announcement.ts'
import { ChangeTeller } from './change-teller.ts'
import { type ClockOfHost, clocksOf } from './clocks.ts'
import { DirectWords } from './direct-words.ts'
import { addressesMax, type HostRecord, signRecord, verifyByPeerId } from './host-record.ts'
import { HostRecords, type KeptRecord } from './host-records.ts'
import type { InventoryDeps, KnownHost } from './inventory-types.ts'
import { knownHosts } from './known-hosts.ts'
import { type Namesake, RecentNames, shortNameOf } from './namesakes.ts'
import { OwnWord, unheardMs } from './own-word.ts'
import { RecordExchange } from './record-exchange.ts'
import { RecordsFile } from './records-file.ts'
import { sampleOf } from './sample.ts'
import { SecondSpeaker } from './second-speaker.ts'
import { unconnectedOf } from './unconnected.ts'

/** How often to check whether this host has something to say about itself. */
const lookEveryMs = 5_000

export class Inventory {
  readonly #deps: InventoryDeps
  readonly #records: HostRecords
  readonly #exchange: RecordExchange
  readonly #changes: ChangeTeller
  readonly #ownWord = new OwnWord()
  readonly #secondSpeaker = new SecondSpeaker()
  readonly #recentNames = new RecentNames()
  readonly #file: RecordsFile | undefined
  readonly #direct: DirectWords
  #cancel: Cancel = () => undefined
  #tellUnconnected: () => void = () => undefined

  constructor(deps: InventoryDeps) {
    this.#deps = deps
    this.#records = deps.records ?? new HostRecords()
    this.#direct = new DirectWords(deps.clock)
    this.#exchange = new RecordExchange({
      ...deps,
      records: this.#records,
      isSigned: deps.isSigned ?? verifyByPeerId,
      onRecord: (kept, isNewer) => this.#met(kept, isNewer),
      // In a small domain everybody hears it from the host itself.
      onChange: (from) => this.isLarge && this.#changes.changed(from),
    })
    this.#changes = new ChangeTeller({ ...deps, exchange: this.#exchange, hosts: () => this.size })
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
    this.#changes.start()
    const own = this.#records.get(this.#deps.transport.self)
    if (own) this.#ownWord.known(own.record, own.record.addresses, own.saidMs)
    this.#look()
    this.#cancel = nowAndThen(clock, random, lookEveryMs, () => this.#look())
  }

  async stop(): Promise<void> {
    this.#changes.stop()
    this.#cancel()
    await this.#file?.write(this.#records)
  }

  /** Hears of hosts that are there and not connected: in a large domain, where most are not, of new ones only. */
  onUnconnected(listener: () => void): void {
    this.#tellUnconnected = listener
  }

  /** How many hosts the domain has, as far as is known; this one is one of them. */
  get size(): number {
    return Math.max(this.#records.size, this.#direct.size + 1)
  }

  /** Whether each host has a few neighbours instead of being connected to all others. */
  get isLarge(): boolean {
    return this.size > everybodyMax
  }

  digest(): string {
    return this.#records.digest()
  }

  /** Makes a neighbour and this host know the same hosts. Rejects if it does not answer. */
  level(peer: PeerId): Promise<void> {
    return this.#exchange.level(peer)
  }

  /** A neighbour knows the same hosts, as digests have told. */
  isLevel(peer: PeerId): void {
    this.#exchange.isLevel(peer)
  }

  /** A neighbour tells about itself. */
  heard(peer: PeerId, words: OwnWords): void {
    this.#direct.heard(peer, words)
  }

  /** The connection to it was lost. */
  lost(peer: PeerId): void {
    this.#direct.lost(peer)
  }

  /** The name of a peer; its id until it has told its name. */
  nameOf(peer: PeerId): string {
    return this.#direct.get(peer)?.words.host ?? this.#records.get(peer)?.record.host ?? peer
  }

  /** The other hosts, without those that have left the domain. */
  all(): readonly KnownHost[] {
    return knownHosts(this.#records.all(), this.#direct.all(), this.#deps.transport.self)
  }

  /** Other hosts with this short name that are here now; not an earlier host of that name that was built anew. */
  namesakes(short: string): readonly Namesake[] {
    const sinceMs = this.#deps.clock.monotonicMs() - unheardMs(this.size)
    const heard = this.#recentNames.with(short, sinceMs).flatMap((peer) => this.#records.get(peer) ?? [])
    const connected = this.#deps.transport.peers().flatMap(({ id: peer }) => {
      const direct = this.#direct.get(peer)
      return direct ? [[peer, direct.words.host] as const] : []
    })
    const told = heard.flatMap(({ record }) => (record.left ? [] : [[record.peer, record.host] as const]))
    const names = new Map([...told, ...connected])
    return [...names].flatMap(([peer, name]) => (shortNameOf(name) === shortNameOf(short) ? [{ peer, name }] : []))
  }

  /** The clocks of the other hosts that were heard lately. */
  clocks(): readonly ClockOfHost[] {
    const { clock, transport } = this.#deps
    return clocksOf(this.#records.all(), transport.self, clock.monotonicMs() - unheardMs(this.size))
  }

  /** Hosts that are up, as others have told, and not connected; none if each host is connected to only a few. */
  unconnected(): readonly Unconnected[] {
    const { clock, transport } = this.#deps
    if (this.isLarge) return []
    const connected = new Set([transport.self, ...transport.peers().map(({ id }) => id)])
    return unconnectedOf(this.#records.all(), connected, clock.monotonicMs() - unheardMs(this.size))
  }

  /** Where a host has said it can be dialed. */
  addressesOf(peer: PeerId): readonly string[] {
    return this.#records.get(peer)?.record.addresses ?? []
  }

  /** A random selection of the hosts that have said where they can be dialed. */
  sample(count: number): readonly Candidate[] {
    const { transport, random } = this.#deps
    return sampleOf(this.#records, transport.self, count, random)
  }

  #met(kept: KeptRecord, isNewer: boolean): void {
    const { transport, onOwnKey } = this.#deps
    const { signed, record, saidMs } = kept
    this.#direct.recorded(kept)
    if (record.peer !== transport.self) {
      if (isNewer) this.#recentNames.note(record.peer, record.host, saidMs)
      const isNews = this.isLarge ? !isNewer : !transport.peers().some(({ id }) => id === record.peer)
      if (isNews) this.#tellUnconnected()
      return
    }
    const { isProof, isToAnswer } = this.#secondSpeaker.heard(signed.said, record.follows)
    // An earlier daemon of this host said more than this one knows of: the next word has to count on from there.
    if (isToAnswer) this.#ownWord.unsay()
    const [address] = record.addresses
    if (isProof) onOwnKey?.(`${record.host}${address === undefined ? '' : ` at ${address.replace(/\/p2p\/\w+$/, '')}`}`)
  }

  /** Says what there is to say about this host, when it is time. */
  #look(): void {
    const { clock, transport, words, addresses, key } = this.#deps
    const [own, where, nowMs] = [words(), addresses().slice(0, addressesMax), clock.monotonicMs()]
    const occasion = this.#ownWord.next(own, where, nowMs, this.size)
    if (occasion) {
      const count = (this.#records.get(transport.self)?.record.count ?? 0) + 1
      const facts = { peer: transport.self, count, time: isoTime(clock), addresses: [...where] }
      const { follows } = this.#secondSpeaker
      // Who else may speak with this key is found out soon.
      const isUrgent = occasion === 'urgent' || follows !== undefined
      const marks = { ...(isUrgent && { urgent: true as const }), ...(follows !== undefined && { follows }) }
      const record: HostRecord = { ...facts, ...own, ...marks }
      const kept = { signed: signRecord(record, key), record, saidMs: nowMs, seen: isoTime(clock), from: undefined }
      if (follows !== undefined) this.#secondSpeaker.answered(kept.signed.said)
      this.#records.put(kept)
      if (isUrgent) this.#exchange.tellAtOnce(kept)
      else if (occasion === 'changed') this.#changes.changed()
    }
    this.#records.forgetOld(nowMs, transport.self)
    void this.#file?.writeIfDue(this.#records)
  }
}
