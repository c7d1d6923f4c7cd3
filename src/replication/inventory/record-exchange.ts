/**
 * Brings the records of hosts to neighbours. What has arrived since the last time is named, and what the other lacks of
 * that is sent. On meeting, and if digests still differ, everything is compared. What is urgent is told at once.
 */
import * as z from 'zod'
import { type Clock, unreachable } from '../../base/index.ts'
import { answer, ask, type PeerId, type Transport } from '../../mesh/index.ts'
import { NewsOutbox } from '../news-outbox.ts'
import { isGenuine, parseRecord, signedRecordSchema, type VerifyRecord } from './host-record.ts'
import { forgottenMs, groupCount, groupsLength, type HostRecords, hostsMax, type KeptRecord } from './host-records.ts'

const recordsProtocol = '/isconf/hosts/1'
/** Every host by its short name and count, or fifty of the longest records. */
const messageBytesMax = 2 * 1024 * 1024
/** How many records one message may have, and how long its answer may take. */
const [recordsMax, answerMs] = [50, 10_000]
/** After telling only what is new this many times, everything is compared again. */
const newsBetweenComparisons = 60
/** How many urgent records are passed on at once in ten seconds; more travel with the others. */
const urgentMax = 50
const urgentWindowMs = 10_000

const haves = z.array(z.string().max(32)).max(hostsMax)
const given = z
  .array(z.object({ ...signedRecordSchema.shape, ageMs: z.number().nonnegative().max(forgottenMs) }))
  .max(recordsMax)
const questionSchema = z.discriminatedUnion('type', [
  /** What has arrived since the last time. */
  z.object({ type: z.literal('news'), have: haves }),
  /** The digests of all groups of records. */
  z.object({ type: z.literal('all'), groups: z.base64().length(groupsLength) }),
  /** Records for the other host, and those that are wanted from it. */
  z.object({ type: z.literal('swap'), give: given, want: haves.max(recordsMax) }),
])
const answerSchema = z.object({
  /** What is here: what is new since the last time, or what is in the groups that differ. */
  have: haves,
  /** What the other host has and this one lacks. */
  want: haves,
  /** The groups that differ. */
  compared: z.array(z.int().nonnegative().max(groupCount)).max(groupCount),
  give: given,
})
type Question = z.infer<typeof questionSchema>
type Answer = z.infer<typeof answerSchema>
type Given = z.infer<typeof given>

const nothing: Answer = { have: [], want: [], compared: [], give: [] }

export interface RecordExchangeDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly records: HostRecords
  readonly isSigned: VerifyRecord
  /** A record was new here, or newer than the one that was here. */
  readonly onRecord: (kept: KeptRecord, isNewer: boolean) => void
}

interface Neighbour {
  /** How much had arrived here when it was last told; undefined if everything is to be compared. */
  told: number | undefined
  times: number
}

export class RecordExchange {
  readonly #deps: RecordExchangeDeps
  readonly #neighbourByPeer = new Map<PeerId, Neighbour>()
  readonly #urgent = new NewsOutbox<PeerId, PeerId>()
  #urgentSinceMs = Number.NEGATIVE_INFINITY
  #urgentCount = 0

  constructor(deps: RecordExchangeDeps) {
    this.#deps = deps
  }

  serve(): void {
    const { transport } = this.#deps
    const limits = { requestBytesMax: messageBytesMax, concurrentPerPeerMax: 4 }
    answer(transport, recordsProtocol, limits, async (question, peer) =>
      this.#answer(questionSchema.parse(question), peer),
    )
    transport.onPeer(({ type, peer }) => {
      this.#urgent[type](peer)
      if (type === 'down') this.#neighbourByPeer.delete(peer)
    })
    for (const { id } of transport.peers()) this.#urgent.up(id)
  }

  /** Makes a neighbour and this host have the same records. Rejects if it does not answer. */
  async level(peer: PeerId): Promise<void> {
    const { records } = this.#deps
    const neighbour = this.#neighbourOf(peer)
    const { arrived } = records
    const isComparison = neighbour.told === undefined || neighbour.times >= newsBetweenComparisons
    const news = isComparison ? undefined : records.havesSince(neighbour.told ?? 0, peer)
    const question: Question = news ? { type: 'news', have: [...news] } : { type: 'all', groups: records.groups() }
    const { have, want, compared } = await this.#ask(peer, question)
    neighbour.told = arrived
    neighbour.times = news ? neighbour.times + 1 : 0
    await this.#swap(peer, news ? want : records.newerThan(have, new Set(compared)), records.lacks(have))
  }

  /** Tells the neighbours at once. */
  tellAtOnce(kept: KeptRecord): void {
    const nowMs = this.#deps.clock.monotonicMs()
    if (nowMs - this.#urgentSinceMs >= urgentWindowMs) {
      this.#urgentSinceMs = nowMs
      this.#urgentCount = 0
    }
    this.#urgentCount += 1
    if (this.#urgentCount > urgentMax) return
    // Who else may speak with a host's key has the same id.
    this.#urgent.changed([kept.record.peer], kept.record.follows === undefined ? kept.from : undefined)
    for (const { id } of this.#deps.transport.peers()) this.#tell(id)
  }

  #tell(peer: PeerId): void {
    const { records, clock } = this.#deps
    const countOf = (host: PeerId): string | undefined => records.get(host)?.record.count.toString()
    const telling = this.#urgent.next(peer, countOf, clock.monotonicMs())
    if (!telling) return
    const give = [...telling.versions.keys()]
      .flatMap((host) => records.get(host) ?? [])
      .map((kept) => this.#given(kept))
    const end = (isHeard: boolean): void => {
      this.#urgent.told(peer, telling, isHeard, clock.monotonicMs())
      if (isHeard) this.#tell(peer)
    }
    this.#ask(peer, { type: 'swap', give, want: [] }).then(
      () => end(true),
      () => end(false),
    )
  }

  /** Gives and takes what was found to differ, a limited part at a time. */
  async #swap(peer: PeerId, lackedThere: readonly string[], lackedHere: readonly string[]): Promise<void> {
    const { records } = this.#deps
    for (let at = 0; at < Math.max(lackedThere.length, lackedHere.length); at += recordsMax) {
      const give = records.named(lackedThere.slice(at, at + recordsMax)).map((kept) => this.#given(kept))
      const want = lackedHere.slice(at, at + recordsMax)
      this.#take((await this.#ask(peer, { type: 'swap', give, want })).give, peer)
    }
  }

  #answer(question: Question, peer: PeerId): Answer {
    const { records } = this.#deps
    const neighbour = this.#neighbourOf(peer)
    switch (question.type) {
      case 'news': {
        const have = neighbour.told === undefined ? [] : (records.havesSince(neighbour.told, peer) ?? [])
        if (neighbour.told !== undefined) neighbour.told = records.arrived
        return { ...nothing, have: [...have], want: [...records.lacks(question.have)] }
      }
      case 'all': {
        const differing = records.differing(question.groups)
        neighbour.told = records.arrived
        return { ...nothing, have: [...records.haves(differing)], compared: [...differing] }
      }
      case 'swap':
        this.#take(question.give, peer)
        return { ...nothing, give: records.named(question.want).map((kept) => this.#given(kept)) }
      default:
        return unreachable(question)
    }
  }

  #take(given: Given, peer: PeerId): void {
    const { records, isSigned, clock, onRecord } = this.#deps
    const nowMs = clock.monotonicMs()
    for (const { ageMs, ...signed } of given) {
      const record = parseRecord(signed)
      // What is known already is not checked again: a check costs a thousand times what a look does.
      if (!record || !records.isNews(record) || !isGenuine(signed, record, isSigned)) continue
      const kept = { signed, record, saidMs: nowMs - ageMs, seen: isoTimeBefore(clock, ageMs), from: peer }
      const isNewer = records.get(record.peer) !== undefined
      records.put(kept)
      onRecord(kept, isNewer)
      if (record.urgent) this.tellAtOnce(kept)
    }
  }

  #given({ signed, saidMs }: KeptRecord): Given[number] {
    return { ...signed, ageMs: Math.max(0, Math.round(this.#deps.clock.monotonicMs() - saidMs)) }
  }

  #neighbourOf(peer: PeerId): Neighbour {
    const known = this.#neighbourByPeer.get(peer)
    if (known) return known
    const fresh = { told: undefined, times: 0 }
    this.#neighbourByPeer.set(peer, fresh)
    return fresh
  }

  async #ask(peer: PeerId, question: Question): Promise<Answer> {
    const { transport, clock } = this.#deps
    const options = { timeoutMs: answerMs, clock, answerBytesMax: messageBytesMax }
    return answerSchema.parse(await ask(transport, peer, recordsProtocol, question, options))
  }
}

function isoTimeBefore(clock: Clock, ageMs: number): string {
  return new Date(clock.wallMs() - ageMs).toISOString()
}
