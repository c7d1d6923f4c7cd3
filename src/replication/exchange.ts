/**
 * What two neighbours ask each other so that both have the same: first a digest of everything, then everything if that
 * differs; or one branch.
 */
import * as z from 'zod'
import { type BranchName, type ChangesetId, type Clock, within } from '../base/index.ts'
import { branchNameSchema } from '../journal/index.ts'
import { answer, ask, type PeerId, type Transport } from '../mesh/index.ts'
import { type Announcement, announcementSchema, type OwnWords, type Summary, summarySchema } from './announcement.ts'
import { digestOf } from './digests.ts'

const summaryProtocol = '/isconf/summary/1'
const announcementProtocol = '/isconf/announce/1'
const branchProtocol = '/isconf/branch/1'
const summaryBytesMax = 32 * 1024
/** A thousand branch states with their lock messages. */
const announcementBytesMax = 8 * 1024 * 1024
/** A host that has not answered by then counts as unreachable. */
const answerMs = 3_000
/** Within this time an asker is told what is here, even if it takes longer to process what it told. */
const hearMsMax = 2_000
/** How long to wait, while nothing new comes, until what a peer tells has been processed. */
const stallMs = 10_000
/** How many questions of one peer may be open at once. */
const concurrentPerPeerMax = 8

const aboutSchema = z.object({ about: branchNameSchema, told: announcementSchema })

/** Hears on how many hosts it is by now, and of how many that were asked. */
export type CountListener = (hosts: number, asked: number) => void

/** Whether a host is waited for that says nothing for longer than most take to answer: it may hang. */
export type Wait = 'for all' | 'unless quiet'

export interface ExchangeDeps {
  readonly transport: Transport
  readonly clock: Clock
  /** What is here, of all branches or of some. */
  readonly compose: (about?: readonly BranchName[]) => Announcement
  readonly ownWords: () => OwnWords
  /** A digest of the records of all hosts. */
  readonly hostsDigest: () => string
  /** A peer tells about itself. */
  readonly hearWords: (words: OwnWords, peer: PeerId) => void
  /** A peer has the same records of all hosts. */
  readonly sameHosts: (peer: PeerId) => void
  /** Processes what a peer tells. */
  readonly hear: (told: Announcement, peer: PeerId) => Promise<void>
  /** When something new last came, from any peer: monotonic milliseconds. */
  readonly newsMs: () => number
  /** A peer has told `theirs` and was told `mine`. */
  readonly met: (peer: PeerId, theirs: Announcement, mine: Announcement) => void
  readonly notUnderstood: (peer: PeerId) => void
  readonly failed: (peer: PeerId, error: unknown) => void
}

export class Exchange {
  readonly #deps: ExchangeDeps

  constructor(deps: ExchangeDeps) {
    this.#deps = deps
  }

  /** Begins to answer. */
  serve(): void {
    const { transport } = this.#deps
    answer(
      transport,
      summaryProtocol,
      { concurrentPerPeerMax, requestBytesMax: summaryBytesMax },
      async (told, peer) => {
        this.#hearSummary(told, peer)
        return this.#summary()
      },
    )
    const limits = { concurrentPerPeerMax, requestBytesMax: announcementBytesMax }
    answer(transport, announcementProtocol, limits, (told, peer) =>
      this.#answer(this.#parse(announcementSchema, told, peer), peer),
    )
    answer(transport, branchProtocol, limits, (question, peer) => {
      const { about, told } = this.#parse(aboutSchema, question, peer)
      return this.#answer(told, peer, [about])
    })
  }

  /**
   * Tells a peer what is here and processes what it has, unless both are the same. Whether its branches, and its
   * records of hosts, were the same as here. Rejects if it does not answer.
   */
  async everything(peer: PeerId): Promise<{ readonly branches: boolean; readonly hosts: boolean }> {
    const summary = this.#hearSummary(await this.#ask(peer, summaryProtocol, this.#summary(), summaryBytesMax), peer)
    const mine = this.#deps.compose()
    const branches = summary.digest === digestOf(mine)
    if (!branches) await this.#swap(peer, announcementProtocol, mine, mine)
    return { branches, hosts: summary.hosts === this.#deps.hostsDigest() }
  }

  /**
   * Tells a peer what is here of a branch, and processes what it has of it, which is returned. Rejects if it does not
   * answer.
   */
  branch(peer: PeerId, branch: BranchName, wait: Wait = 'for all'): Promise<Announcement> {
    const { compose, transport } = this.#deps
    const mine = compose([branch])
    const answer = this.#swap(peer, branchProtocol, { about: branch, told: mine }, mine)
    return wait === 'for all' ? answer : transport.liveness.unlessQuiet(peer, answer)
  }

  /** The same with several at once; what those that answered have of it. */
  async branchWithAll(peers: readonly PeerId[], branch: BranchName, wait?: Wait): Promise<readonly Announcement[]> {
    const asked = peers.map((peer) => this.branch(peer, branch, wait))
    return (await Promise.allSettled(asked)).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  }

  /**
   * The same, until the branch's head is on their disks; on how many it is. One that answers without it takes longer to
   * fetch it than an answer may take, and is asked once more.
   */
  async storedOn(peers: readonly PeerId[], name: BranchName, head: ChangesetId, told?: CountListener): Promise<number> {
    let stored = 0
    const asked = peers.map(async (peer) => {
      const isStored = async (): Promise<boolean> => {
        const { states } = await this.branch(peer, name)
        return states.some((state) => state.branch === name && state.head === head)
      }
      if (!(await isStored()) && !(await isStored())) return
      stored += 1
      told?.(stored, peers.length)
    })
    await Promise.allSettled(asked)
    return stored
  }

  #summary(): Summary {
    const { compose, ownWords, hostsDigest } = this.#deps
    return { ...ownWords(), digest: digestOf(compose()), hosts: hostsDigest() }
  }

  #hearSummary(told: unknown, peer: PeerId): Summary {
    const { digest, hosts, ...words } = this.#parse(summarySchema, told, peer)
    this.#deps.hearWords(words, peer)
    if (hosts === this.#deps.hostsDigest()) this.#deps.sameHosts(peer)
    return { digest, hosts, ...words }
  }

  /** Asks a question that tells `mine`. */
  async #swap(peer: PeerId, protocol: string, question: unknown, mine: Announcement): Promise<Announcement> {
    const { hear, met } = this.#deps
    const theirs = this.#parse(
      announcementSchema,
      await this.#ask(peer, protocol, question, announcementBytesMax),
      peer,
    )
    await this.#untilHeard(hear(theirs, peer))
    met(peer, theirs, mine)
    return theirs
  }

  async #answer(theirs: Announcement, peer: PeerId, about?: readonly BranchName[]): Promise<Announcement> {
    const { clock, hear, compose, met, failed } = this.#deps
    const heard = hear(theirs, peer)
    heard.catch((error: unknown) => failed(peer, error))
    await within(clock, hearMsMax, heard, () => undefined)
    const mine = compose(about)
    met(peer, theirs, mine)
    return mine
  }

  /** Waits as long as something new comes; after that, the rest is done without waiting for it. */
  async #untilHeard(hearing: Promise<void>): Promise<void> {
    const { clock, newsMs } = this.#deps
    let isOver = false
    const over = hearing.finally(() => {
      isOver = true
    })
    over.catch(() => undefined)
    for (let quietMs = 0; !isOver && quietMs < stallMs; quietMs = clock.monotonicMs() - newsMs()) {
      await within(clock, stallMs, over, () => undefined)
    }
  }

  #ask(peer: PeerId, protocol: string, question: unknown, answerBytesMax: number): Promise<unknown> {
    const { transport, clock } = this.#deps
    // What a host has of a thousand branches takes a slow line longer than any silence.
    const onProgress = (): void => undefined
    return ask(transport, peer, protocol, question, { timeoutMs: answerMs, clock, onProgress, answerBytesMax })
  }

  #parse<T>(schema: z.ZodType<T>, told: unknown, peer: PeerId): T {
    const parsed = schema.safeParse(told)
    if (parsed.success) return parsed.data
    this.#deps.notUnderstood(peer)
    throw parsed.error
  }
}
