/**
 * Brings the records of hosts to neighbours. What has arrived since the last time is named, and what the other lacks of
 * that is sent. On meeting, the latest arrivals are named; if these are not mostly the same, and now and then,
 * everything is compared. What is urgent is told at once, and what a host newly says of itself soon.
 */
import { type Clock, unreachable } from '../../base/index.ts'
import { answer, type PeerId, type Transport } from '../../mesh/index.ts'
import { isGenuine, parseRecord, type VerifyRecord } from './host-record.ts'
import type { HostRecords, KeptRecord } from './host-records.ts'
import { saysOther } from './own-word.ts'
import {
  type Answer,
  askOfRecords,
  type Given,
  given,
  messageBytesMax,
  nothing,
  type Question,
  questionSchema,
  recordsMax,
  recordsProtocol,
} from './record-messages.ts'
import { UrgentTeller } from './urgent-teller.ts'

/** After telling only what is new this many times, everything is compared again. */
const newsBetweenComparisons = 60
/** How many of the latest arrivals two hosts that meet name to each other. */
const latestMax = 128
/** What a host newly says of itself is passed on at once only while it is fresh: a newcomer hears of everybody. */
const freshMs = 60_000

export interface RecordExchangeDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly records: HostRecords
  readonly isSigned: VerifyRecord
  /** A record was new here, or newer than the one that was here. */
  readonly onRecord: (kept: KeptRecord, isNewer: boolean) => void
  /** A neighbour has brought what a host newly says of itself. */
  readonly onChange: (from: PeerId) => void
}

interface Neighbour {
  /** How much had arrived here when it was last told; undefined if the two have not compared anything yet. */
  told: number | undefined
  times: number
  /** Whether this host has left it to the neighbour to ask first. */
  hasWaited: boolean
}

export class RecordExchange {
  readonly #deps: RecordExchangeDeps
  readonly #neighbourByPeer = new Map<PeerId, Neighbour>()
  readonly #urgent: UrgentTeller

  constructor(deps: RecordExchangeDeps) {
    this.#deps = deps
    this.#urgent = new UrgentTeller(deps)
  }

  serve(): void {
    const { transport } = this.#deps
    const limits = { requestBytesMax: messageBytesMax, concurrentPerPeerMax: 4 }
    answer(transport, recordsProtocol, limits, async (question, peer) =>
      this.#answer(questionSchema.parse(question), peer),
    )
    transport.onPeer(({ type, peer }) => {
      if (type === 'down') this.#neighbourByPeer.delete(peer)
    })
    this.#urgent.start()
  }

  /** Makes a neighbour and this host have the same records. Rejects if it does not answer. */
  async level(peer: PeerId): Promise<void> {
    const { records } = this.#deps
    const neighbour = this.#neighbourOf(peer)
    if (neighbour.told === undefined) return this.#levelFirst(peer, neighbour)
    const { arrived } = records
    const isDue = neighbour.times >= newsBetweenComparisons
    const news = isDue ? undefined : records.havesSince(neighbour.told, peer)
    if (!news) return this.#compareAll(peer, neighbour)
    const { have, want } = await this.#ask(peer, { type: 'news', have: [...news] })
    neighbour.told = arrived
    neighbour.times += 1
    await this.#swap(peer, want, records.lacks(have))
  }

  /** A neighbour has the same records as this host: from here on only what is new is named. */
  isLevel(peer: PeerId): void {
    this.#neighbourOf(peer).told = this.#deps.records.arrived
  }

  /** Whether something has arrived that a neighbour was not told and has not told. */
  hasNewsFor(peer: PeerId): boolean {
    const told = this.#neighbourByPeer.get(peer)?.told
    // If nothing was compared yet, the exchange on meeting brings it.
    return told !== undefined && this.#deps.records.havesSince(told, peer)?.length !== 0
  }

  /** Two that have just met: if what came last is mostly known to both, what came before is as well. */
  async #levelFirst(peer: PeerId, neighbour: Neighbour): Promise<void> {
    const { records, transport } = this.#deps
    // Both have noticed that they differ, and one question is enough. If it does not come, this host asks next time.
    if (peer < transport.self && !neighbour.hasWaited) {
      neighbour.hasWaited = true
      return
    }
    const { arrived } = records
    const latest = records.latestHaves(latestMax)
    const { have, want } = latest.length > 0 ? await this.#ask(peer, { type: 'news', have: [...latest] }) : nothing
    const lacks = records.lacks(have)
    if (2 * Math.max(lacks.length, want.length) >= have.length) return this.#compareAll(peer, neighbour)
    neighbour.told = arrived
    await this.#swap(peer, want, lacks)
  }

  async #compareAll(peer: PeerId, neighbour: Neighbour): Promise<void> {
    const { records } = this.#deps
    const { arrived } = records
    const { have, compared } = await this.#ask(peer, { type: 'all', groups: records.groups() })
    neighbour.told = arrived
    neighbour.times = 0
    await this.#swap(peer, records.newerThan(have, new Set(compared)), records.lacks(have))
  }

  /** Tells the neighbours of an urgent record at once. */
  tellAtOnce(kept: KeptRecord): void {
    this.#urgent.tell(kept)
  }

  /** Gives and takes what was found to differ, a limited part at a time. */
  async #swap(peer: PeerId, lackedThere: readonly string[], lackedHere: readonly string[]): Promise<void> {
    const { records, clock } = this.#deps
    for (let at = 0; at < Math.max(lackedThere.length, lackedHere.length); at += recordsMax) {
      const give = records.named(lackedThere.slice(at, at + recordsMax)).map((kept) => given(kept, clock))
      const want = lackedHere.slice(at, at + recordsMax)
      this.#take((await this.#ask(peer, { type: 'swap', give, want })).give, peer)
    }
  }

  #answer(question: Question, peer: PeerId): Answer {
    const { records, clock } = this.#deps
    const neighbour = this.#neighbourOf(peer)
    switch (question.type) {
      case 'news': {
        const { told } = neighbour
        const named = new Set(question.have)
        const news = told === undefined ? undefined : records.havesSince(told, peer)
        const have = news?.filter((one) => !named.has(one)) ?? records.latestHaves(latestMax)
        neighbour.told = records.arrived
        return { ...nothing, have: [...have], want: [...records.lacks(question.have)] }
      }
      case 'all': {
        const differing = records.differing(question.groups)
        neighbour.told = records.arrived
        return { ...nothing, have: [...records.haves(differing)], compared: [...differing] }
      }
      case 'swap':
        this.#take(question.give, peer)
        return { ...nothing, give: records.named(question.want).map((kept) => given(kept, clock)) }
      default:
        return unreachable(question)
    }
  }

  #take(told: Given, peer: PeerId): void {
    const { records, isSigned, clock, onRecord, onChange } = this.#deps
    const nowMs = clock.monotonicMs()
    for (const { ageMs, ...signed } of told) {
      const record = parseRecord(signed)
      // What is known already is not checked again: a check costs a thousand times what a look does.
      if (!record || !records.isNews(record) || !isGenuine(signed, record, isSigned)) continue
      const kept = { signed, record, saidMs: nowMs - ageMs, seen: isoTimeBefore(clock, ageMs), from: peer }
      const before = records.get(record.peer)?.record
      records.put(kept)
      onRecord(kept, before !== undefined)
      if (record.urgent) this.tellAtOnce(kept)
      else if (ageMs < freshMs && saysOther(record, before)) onChange(peer)
    }
  }

  #neighbourOf(peer: PeerId): Neighbour {
    const known = this.#neighbourByPeer.get(peer)
    if (known) return known
    const fresh = { told: undefined, times: 0, hasWaited: false }
    this.#neighbourByPeer.set(peer, fresh)
    return fresh
  }

  #ask(peer: PeerId, question: Question): Promise<Answer> {
    return askOfRecords(this.#deps, peer, question)
  }
}

function isoTimeBefore(clock: Clock, ageMs: number): string {
  return new Date(clock.wallMs() - ageMs).toISOString()
}
