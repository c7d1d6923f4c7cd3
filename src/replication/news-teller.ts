/**
 * Tells neighbours what has changed here, each thing once and only the newest, and hears what they tell. Nothing
 * depends on it: what is not heard is found when digests are compared.
 */
import * as z from 'zod'
import type { BranchName, Cancel, Clock } from '../base/index.ts'
import { answer, ask, type PeerId, type Transport } from '../mesh/index.ts'
import { type Announcement, announcementSchema } from './announcement.ts'
import { versionsOf } from './digests.ts'
import { NewsOutbox } from './news-outbox.ts'

const newsProtocol = '/isconf/news/1'
/** Room for sixty-four branch states with the longest lock messages. */
const newsBytesMax = 1024 * 1024
/** A host that has not answered by then counts as unreachable. */
const answerMs = 3_000

const newsSchema = z.object({ told: announcementSchema })
type News = z.infer<typeof newsSchema>

export interface NewsTellerDeps {
  readonly transport: Transport
  readonly clock: Clock
  /** What is here of some branches. */
  readonly compose: (about: readonly BranchName[]) => Announcement
  /** Processes what a neighbour tells. */
  readonly hear: (told: Announcement, peer: PeerId) => Promise<void>
  /** Tells a neighbour everything and hears everything from it. */
  readonly exchange: (peer: PeerId) => void
  /** A neighbour says something that can't be understood. */
  readonly notUnderstood: (peer: PeerId) => void
  /** What a neighbour has told could not be accepted. */
  readonly failed: (peer: PeerId, error: unknown) => void
}

export class NewsTeller {
  readonly #deps: NewsTellerDeps
  readonly #outbox = new NewsOutbox<PeerId, BranchName>()
  #cancelRetry: Cancel = () => undefined
  #cancelPeers: Cancel = () => undefined

  constructor(deps: NewsTellerDeps) {
    this.#deps = deps
  }

  start(): void {
    const { transport } = this.#deps
    const limits = { requestBytesMax: newsBytesMax, concurrentPerPeerMax: 8 }
    answer(transport, newsProtocol, limits, (question, peer) => this.#hear(question, peer))
    this.#cancelPeers = transport.onPeer(({ type, peer }) => this.#outbox[type](peer))
    for (const { id } of transport.peers()) this.#outbox.up(id)
  }

  stop(): void {
    this.#cancelPeers()
    this.#cancelRetry()
  }

  /** Branches have changed here; `source` is the neighbour that told so, if one did. */
  changed(about: Iterable<BranchName>, source?: PeerId): void {
    this.#outbox.changed(about, source)
    this.#tellAll()
  }

  /** A neighbour has told `theirs`, and was told `mine`, if anything. What has changed since is told at once. */
  met(peer: PeerId, theirs: Announcement, mine?: Announcement): void {
    if (mine) this.#outbox.wasTold(peer, versionsOf(mine))
    this.#outbox.has(peer, versionsOf(theirs))
    this.#tell(peer)
  }

  #tellAll(): void {
    for (const { id } of this.#deps.transport.peers()) this.#tell(id)
    this.#cancelRetry()
    const { clock } = this.#deps
    const atMs = this.#outbox.nextRetryAtMs
    if (atMs === undefined) return
    this.#cancelRetry = clock.after(Math.max(1, atMs - clock.monotonicMs()), () => this.#tellAll())
  }

  #tell(peer: PeerId): void {
    const { clock, exchange, compose } = this.#deps
    const telling = this.#outbox.next(peer, (branch) => this.#versionOf(branch), clock.monotonicMs())
    if (!telling) return
    const about = [...telling.versions.keys()]
    if (about.length === 0) exchange(peer)
    const asked = about.length === 0 ? Promise.resolve() : this.#ask(peer, { told: compose(about) })
    const end = (isHeard: boolean): void => {
      this.#outbox.told(peer, telling, isHeard, clock.monotonicMs())
      if (isHeard) this.#tell(peer)
      else this.#tellAll()
    }
    asked.then(
      () => end(true),
      () => end(false),
    )
  }

  #ask(peer: PeerId, question: News): Promise<unknown> {
    const { transport, clock } = this.#deps
    return ask(transport, peer, newsProtocol, question, { timeoutMs: answerMs, clock, answerBytesMax: newsBytesMax })
  }

  async #hear(question: unknown, peer: PeerId): Promise<null> {
    const news = newsSchema.safeParse(question)
    const { hear, notUnderstood, failed } = this.#deps
    if (!news.success) {
      notUnderstood(peer)
      throw news.error
    }
    const { told } = news.data
    hear(told, peer).then(
      () => this.met(peer, told),
      (error: unknown) => failed(peer, error),
    )
    return null
  }

  #versionOf(branch: BranchName): string | undefined {
    return versionsOf(this.#deps.compose([branch])).get(branch)
  }
}
