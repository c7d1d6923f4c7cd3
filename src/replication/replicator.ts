/**
 * Keeps the branches of this host level with those of the others: tells them
 * what is here, hears what is there, and fetches the changesets that are
 * missing. Nothing depends on one message having been heard.
 */
import { type Cancel, type ChangesetId, endIfBroken, type Random, toIsconfError } from '../base/index.ts'
import type { Branch, Branches, BranchState } from '../branch/index.ts'
import { answer, ask, type PeerId } from '../mesh/index.ts'
import { type Announcement, announcementSchema, composeAnnouncement, type DivergentLine } from './announcement.ts'
import { ChangesetFetcher, type ChangesetFetcherDeps, type LineSource } from './changeset-fetcher.ts'
import { Inventory } from './inventory.ts'
import { divergentLineName } from './journal-source.ts'
import type { ReachablePeers } from './reachable-peers.ts'
import type { Resolutions } from './resolutions.ts'

const announcementProtocol = '/isconf/announce/1'
/** Where changes are announced to the whole domain. */
export const announcementTopic = 'isconf/announce/1'

/** A thousand branch states with their lock messages. */
const announcementBytesMax = 8 * 1024 * 1024
/** A host that has not answered by then is one that can't be reached. */
const answerMs = 3_000
/** Now and then: often enough that a lost announcement is made good soon. */
const exchangeEveryMs = 30_000
/** A gossiped announcement is small, or it is left to the exchange. */
const gossipBytesMax = 64 * 1024

export interface ReplicatorDeps extends ChangesetFetcherDeps {
  readonly host: string
  /** Where this host stands. */
  readonly standing: () => Announcement['at']
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
  readonly #fetcher: ChangesetFetcher
  readonly #cancels: Cancel[] = []

  constructor(deps: ReplicatorDeps) {
    this.#deps = deps
    this.inventory = new Inventory(deps.clock)
    this.#fetcher = new ChangesetFetcher(deps)
  }

  /** Begins to answer and to listen. */
  start(): void {
    const { transport } = this.#deps
    answer(
      transport,
      announcementProtocol,
      { requestBytesMax: announcementBytesMax, concurrentPerPeerMax: 8 },
      async (announcement, peer) => {
        await this.#hear(announcementSchema.parse(announcement), peer)
        return this.#compose()
      },
    )
    this.#cancels.push(
      transport.onPeer(({ type, peer }) => {
        if (type === 'up') this.#exchangeSoon(peer)
        else this.inventory.lost(peer)
      }),
    )
    for (const { id } of transport.peers()) this.#exchangeSoon(id)
    transport.subscribe(announcementTopic, (message, from) => this.#hearGossip(message, from))
    this.#exchangeNowAndThen()
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
    const announcement = announcementSchema.parse(
      await ask(transport, peer, announcementProtocol, this.#compose(), options),
    )
    await this.#hear(announcement, peer)
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
    const gossip = Buffer.from(JSON.stringify({ ...this.#compose(), states: [branch.state] }))
    if (gossip.length <= gossipBytesMax) this.#deps.transport.publish(announcementTopic, gossip)
    const announcements = await this.exchangeAll()
    return announcements.filter(({ states }) =>
      states.some((state) => state.branch === branch.name && state.head === head),
    ).length
  }

  #source(peer: PeerId): LineSource {
    return { peer, host: this.hostOf(peer) }
  }

  #compose(): Announcement {
    const { host, standing, branches, resolutions } = this.#deps
    return composeAnnouncement({ host, at: standing() }, branches, resolutions.all)
  }

  async #hear(announcement: Announcement, peer: PeerId): Promise<void> {
    const { branches, resolutions } = this.#deps
    this.inventory.heard(peer, announcement)
    this.#deps.reachable.hasSpoken(peer)
    let isNews = false
    for (const state of announcement.states) {
      const branch = await branches.obtain(state.branch)
      if (await this.#takeState(branch, state, peer)) isNews = true
    }
    for (const other of announcement.others) {
      if (await this.#takeOther(other, peer)) isNews = true
    }
    const aside = await resolutions.add(announcement.resolutions)
    if (aside.length > 0) await this.#deps.onResolved()
    // Hosts that only this one can reach hear of it from here.
    if (isNews || aside.length > 0) this.#tellOthers(peer)
  }

  /** Brings the branch to a peer's state if that is the later one; whether anything changed here. */
  async #takeState(branch: Branch, state: BranchState, peer: PeerId): Promise<boolean> {
    const grew = this.#isHere(branch, state.head) ? false : await this.#bring(branch, state, peer)
    return (await branch.adopt(state)) || grew
  }

  /** A fork of a branch that is here is copied, anything else is fetched. */
  async #bring(branch: Branch, { head }: BranchState, peer: PeerId): Promise<boolean> {
    if (await this.#deps.branches.beginAsCopy(branch, head)) return true
    return this.#fetcher.fetch(branch, branch.name, head, this.#source(peer))
  }

  async #takeOther({ branch: name, first, head }: DivergentLine, peer: PeerId): Promise<boolean> {
    const branch = this.#deps.branches.get(name)
    if (!branch || this.#isHere(branch, head)) return false
    return this.#fetcher.fetch(branch, divergentLineName(name, first), head, this.#source(peer))
  }

  /** Also a line that was set aside is here: a peer that has yet to hear of the resolution does not bring it back. */
  #isHere(branch: Branch, head: ChangesetId): boolean {
    return branch.has(head) || this.#deps.resolutions.hasSetAside(branch.name, head)
  }

  #hearGossip(message: Uint8Array, from: PeerId): void {
    const { transport, log } = this.#deps
    const announcement = message.length <= gossipBytesMax ? announcementSchema.safeParse(parseJson(message)) : undefined
    if (!announcement?.success) {
      log.debug({ from }, 'left a malformed announcement aside')
      return
    }
    const isNear = transport.peers().some(({ id }) => id === from)
    // What comes from afar is news of where to look: the hosts between may have it by now.
    if (!isNear && announcement.data.states.every((state) => this.#isKnown(state))) return
    const heard = isNear ? this.#hear(announcement.data, from) : this.exchangeAll()
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

  #exchangeNowAndThen(): void {
    const { clock, random, transport } = this.#deps
    let cancel = (): void => undefined
    const next = (): void => {
      // Spread, so that hosts that were switched on together do not stay together.
      cancel = clock.after(exchangeEveryMs / 2 + random.below(exchangeEveryMs), () => {
        const peers = transport.peers()
        const peer = peers.length > 0 ? peers[random.below(peers.length)] : undefined
        if (peer) this.#exchangeSoon(peer.id)
        next()
      })
    }
    next()
    this.#cancels.push(() => cancel())
  }

  #logFailure(peer: PeerId, thrown: unknown): void {
    endIfBroken(thrown)
    const { code, message } = toIsconfError(thrown)
    const facts = { host: this.hostOf(peer), code }
    if (code === 'UNEXPECTED') this.#deps.log.debug(facts, `no exchange: ${message}`)
    else this.#deps.log.warn(facts, `left aside what ${facts.host} sent: ${message}`)
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
