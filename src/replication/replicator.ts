/**
 * Keeps the branches of this host level with those of the others: tells them
 * what is here, hears what is there, and fetches the changesets that are
 * missing. Nothing depends on one message having been heard.
 */
import { type Cancel, endIfBroken, nowAndThen, type Random, toIsconfError, within } from '../base/index.ts'
import type { Branch, Branches, BranchState } from '../branch/index.ts'
import { answer, ask, type PeerId } from '../mesh/index.ts'
import { type Announcement, announcementSchema, composeAnnouncement } from './announcement.ts'
import type { BootRecord } from './boot-report.ts'
import type { ChangesetFetcherDeps } from './changeset-fetcher.ts'
import { onGossip, publishGossip } from './gossip.ts'
import { Inventory } from './inventory.ts'
import { NewsIntake } from './news-intake.ts'
import { PeerTroubles } from './peer-troubles.ts'
import type { ReachablePeers } from './reachable-peers.ts'
import type { Resolutions } from './resolutions.ts'

const announcementProtocol = '/isconf/announce/1'
/** A thousand branch states with their lock messages. */
const announcementBytesMax = 8 * 1024 * 1024
/** A host that has not answered by then is one that can't be reached. */
const answerMs = 3_000
/** An asker is told what is here within this, also when what it has told takes longer to be taken in. */
const hearMsMax = 2_000
/** What a peer tells is waited for as long as something new comes, and no longer than this without. */
const stallMs = 10_000
/** Now and then: often enough that a lost announcement is made good soon. */
const exchangeEveryMs = 30_000
export interface ReplicatorDeps extends ChangesetFetcherDeps {
  readonly host: string
  /** Where this host stands. */
  readonly standing: () => Announcement['at']
  /** What Hostkeeper has recorded; not in a simulated world. */
  readonly bootRecord?: BootRecord | undefined
  readonly branches: Branches
  readonly resolutions: Resolutions
  readonly reachable: ReachablePeers
  readonly random: Random
  /** Resolves when a daemon that was just started has had the time to find the others. */
  readonly settled: Promise<void>
  /** Hears that a line of a split became a branch. */
  readonly onResolved: () => Promise<void>
}

export class Replicator {
  readonly #deps: ReplicatorDeps
  /** What the other hosts have told of themselves. */
  readonly inventory: Inventory
  /** What is wrong with other hosts. */
  readonly troubles: PeerTroubles
  readonly #intake: NewsIntake
  readonly #cancels: Cancel[] = []

  constructor(deps: ReplicatorDeps) {
    this.#deps = deps
    this.inventory = new Inventory(deps.clock)
    this.troubles = new PeerTroubles(deps.clock, deps.log)
    this.#intake = new NewsIntake({ ...deps, troubles: this.troubles, hostOf: (peer) => this.hostOf(peer) })
  }

  /** Begins to answer and to listen. */
  start(): void {
    const { transport, clock, random } = this.#deps
    answer(
      transport,
      announcementProtocol,
      { requestBytesMax: announcementBytesMax, concurrentPerPeerMax: 8 },
      async (told, peer) => {
        const heard = this.#hear(this.#parse(told, peer), peer)
        heard.catch((error: unknown) => this.#logFailure(peer, error))
        await within(clock, hearMsMax, heard, () => undefined)
        return this.#compose()
      },
    )
    this.#cancels.push(
      transport.onPeer(({ type, peer }) => {
        if (type === 'up') this.#exchangeSoon(peer)
        else {
          this.inventory.lost(peer)
          this.troubles.lost(peer)
        }
      }),
    )
    for (const { id } of transport.peers()) this.#exchangeSoon(id)
    onGossip(transport, this.#deps.log, (announcement, from) => this.#hearGossip(announcement, from))
    this.#cancels.push(nowAndThen(clock, random, exchangeEveryMs, () => this.#exchangeWithOne()))
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel()
  }

  /** The name a peer goes by; its id until it has told. */
  hostOf(peer: PeerId): string {
    return this.inventory.nameOf(peer)
  }

  /** Tells one peer what is here and learns what is there; its announcement, taken in. */
  async exchange(peer: PeerId): Promise<Announcement> {
    const { transport, clock } = this.#deps
    const options = { timeoutMs: answerMs, clock, answerBytesMax: announcementBytesMax }
    const announcement = this.#parse(await ask(transport, peer, announcementProtocol, this.#compose(), options), peer)
    await this.#untilHeard(this.#hear(announcement, peer))
    return announcement
  }

  /** Exchanges with every host that can be reached; the announcements of those that answered. */
  async exchangeAll(): Promise<readonly Announcement[]> {
    await this.#deps.settled
    const exchanges = await Promise.allSettled(this.#deps.reachable.peers().map((peer) => this.exchange(peer)))
    return exchanges.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  }

  /** Tells the domain of a change made here; on how many other hosts the branch's head is now on disk. */
  async announce(branch: Branch): Promise<number> {
    const { head } = branch.state
    publishGossip(this.#deps.transport, { ...this.#compose(), states: [branch.state] })
    const announcements = await this.exchangeAll()
    return announcements.filter(({ states }) =>
      states.some((state) => state.branch === branch.name && state.head === head),
    ).length
  }

  #compose(): Announcement {
    const { host, standing, bootRecord, branches, resolutions } = this.#deps
    return composeAnnouncement({ host, at: standing(), boot: bootRecord?.current }, branches, resolutions.all)
  }

  #parse(told: unknown, peer: PeerId): Announcement {
    const parsed = announcementSchema.safeParse(told)
    if (parsed.success) return parsed.data
    this.troubles.note(peer, this.hostOf(peer), 'news', 'says what this release does not understand')
    throw parsed.error
  }

  /** Waits as long as it takes while something new comes; a peer that keeps this host waiting for nothing is left to it. */
  async #untilHeard(hearing: Promise<void>): Promise<void> {
    const { clock } = this.#deps
    let isOver = false
    const over = hearing.finally(() => {
      isOver = true
    })
    over.catch(() => undefined)
    for (let quietMs = 0; !isOver && quietMs < stallMs; quietMs = clock.monotonicMs() - this.#intake.newsMs) {
      await within(clock, stallMs, over, () => undefined)
    }
  }

  async #hear(announcement: Announcement, peer: PeerId): Promise<void> {
    const { resolutions, reachable } = this.#deps
    this.inventory.heard(peer, announcement)
    reachable.hasSpoken(peer)
    const isNews = await this.#intake.take(announcement, peer)
    const aside = await resolutions.add(announcement.resolutions)
    if (aside.length > 0) await this.#deps.onResolved()
    // Hosts that only this one can reach hear of it from here.
    if (isNews || aside.length > 0) this.#tellOthers(peer)
  }

  #hearGossip(announcement: Announcement, from: PeerId): void {
    const isNear = this.#deps.transport.peers().some(({ id }) => id === from)
    // What comes from afar is news of where to look: the hosts between may have it by now.
    if (!isNear && announcement.states.every((state) => this.#isKnown(state))) return
    const heard = isNear ? this.#hear(announcement, from) : this.exchangeAll()
    heard.catch((error: unknown) => this.#logFailure(from, error))
  }

  #isKnown(state: BranchState): boolean {
    const branch = this.#deps.branches.get(state.branch)
    return branch?.state.head === state.head && branch.state.revision === state.revision
  }

  #tellOthers(source: PeerId): void {
    for (const { id } of this.#deps.transport.peers()) if (id !== source) this.#exchangeSoon(id)
  }

  #exchangeSoon(peer: PeerId): void {
    this.exchange(peer).catch((error: unknown) => this.#logFailure(peer, error))
  }

  #exchangeWithOne(): void {
    const { random, transport, bootRecord } = this.#deps
    // In time for the exchange after this one.
    void bootRecord?.refresh()
    const peers = transport.peers()
    const peer = peers.length > 0 ? peers[random.below(peers.length)] : undefined
    if (peer) this.#exchangeSoon(peer.id)
  }

  #logFailure(peer: PeerId, thrown: unknown): void {
    endIfBroken(thrown)
    const { code, message } = toIsconfError(thrown)
    const facts = { host: this.hostOf(peer), code }
    if (code === 'UNEXPECTED') this.#deps.log.debug(facts, `no exchange: ${message}`)
    else this.#deps.log.warn(facts, `could not take in what ${facts.host} told: ${message}`)
  }
}
