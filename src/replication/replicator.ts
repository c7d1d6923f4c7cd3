/**
 * Keeps the branches of this host level with those of the others: tells them
 * what is here, hears what is there, and fetches the changesets that are
 * missing. Nothing depends on one message having been heard.
 */
import { type Cancel, type ChangesetId, endIfBroken, type Random, toIsconfError } from '../base/index.ts'
import type { Branch, Branches, BranchState } from '../branch/index.ts'
import { answer, ask, type PeerId } from '../mesh/index.ts'
import { composeNotice, type Notice, noticeSchema, type OtherLine } from './announcement.ts'
import { LineFetcher, type LineFetcherDeps, type LineSource } from './changeset-fetcher.ts'
import { Roster } from './inventory.ts'
import { otherLineName } from './journal-source.ts'
import type { Reachable } from './reachable-peers.ts'
import type { Resolutions } from './resolutions.ts'

const noticeProtocol = '/isconf/announce/1'
/** Where changes are announced to the whole domain. */
export const noticeTopic = 'isconf/announce/1'

/** A thousand branch states with their lock messages. */
const noticeBytesMax = 8 * 1024 * 1024
/** A host that has not answered by then is one that can't be reached. */
const answerMs = 3_000
/** Now and then: often enough that a lost announcement is made good soon. */
const exchangeEveryMs = 30_000
/** A gossiped notice is small, or it is left to the exchange. */
const gossipBytesMax = 64 * 1024

export interface ReplicatorDeps extends LineFetcherDeps {
  readonly host: string
  /** Where this host stands. */
  readonly standing: () => Notice['at']
  readonly branches: Branches
  readonly resolutions: Resolutions
  readonly reachable: Reachable
  readonly random: Random
  /** Resolves when a daemon that was just started has had the time to find the others. */
  readonly settled: Promise<void>
  /** Hears that a line of a split became a branch. */
  readonly onResolved: () => Promise<void>
}

export class Replicator {
  readonly #deps: ReplicatorDeps
  /** What the other hosts have told of themselves. */
  readonly roster: Roster
  readonly #fetcher: LineFetcher
  readonly #cancels: Cancel[] = []

  constructor(deps: ReplicatorDeps) {
    this.#deps = deps
    this.roster = new Roster(deps.clock)
    this.#fetcher = new LineFetcher(deps)
  }

  /** Begins to answer and to listen. */
  start(): void {
    const { transport } = this.#deps
    answer(
      transport,
      noticeProtocol,
      { requestBytesMax: noticeBytesMax, concurrentPerPeerMax: 8 },
      async (notice, peer) => {
        await this.#hear(noticeSchema.parse(notice), peer)
        return this.#compose()
      },
    )
    this.#cancels.push(
      transport.onPeer(({ type, peer }) => {
        if (type === 'up') this.#exchangeSoon(peer)
        else this.roster.lost(peer)
      }),
    )
    for (const { id } of transport.peers()) this.#exchangeSoon(id)
    transport.subscribe(noticeTopic, (message, from) => this.#hearGossip(message, from))
    this.#exchangeNowAndThen()
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel()
  }

  /** The name a peer goes by; its id until it has told. */
  hostOf(peer: PeerId): string {
    return this.roster.nameOf(peer)
  }

  /** Tells one peer what is here and learns what is there; its notice, taken in. */
  async exchange(peer: PeerId): Promise<Notice> {
    const { transport, clock } = this.#deps
    const options = { timeoutMs: answerMs, clock, answerBytesMax: noticeBytesMax }
    const notice = noticeSchema.parse(await ask(transport, peer, noticeProtocol, this.#compose(), options))
    await this.#hear(notice, peer)
    return notice
  }

  /** Exchanges with every host that can be reached; the notices of those that answered. */
  async exchangeAll(): Promise<readonly Notice[]> {
    await this.#deps.settled
    const exchanges = await Promise.allSettled(this.#deps.reachable.peers().map((peer) => this.exchange(peer)))
    return exchanges.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  }

  /** Tells the domain of a change made here; on how many other hosts the branch's head is now on disk. */
  async announce(branch: Branch): Promise<number> {
    const { head } = branch.state
    const gossip = Buffer.from(JSON.stringify({ ...this.#compose(), states: [branch.state] }))
    if (gossip.length <= gossipBytesMax) this.#deps.transport.publish(noticeTopic, gossip)
    const notices = await this.exchangeAll()
    return notices.filter(({ states }) => states.some((state) => state.branch === branch.name && state.head === head))
      .length
  }

  #source(peer: PeerId): LineSource {
    return { peer, host: this.hostOf(peer) }
  }

  #compose(): Notice {
    const { host, standing, branches, resolutions } = this.#deps
    return composeNotice({ host, at: standing() }, branches, resolutions.all)
  }

  async #hear(notice: Notice, peer: PeerId): Promise<void> {
    const { branches, resolutions } = this.#deps
    this.roster.heard(peer, notice)
    this.#deps.reachable.hasSpoken(peer)
    let isNews = false
    for (const state of notice.states) {
      const branch = await branches.obtain(state.branch)
      if (await this.#takeState(branch, state, peer)) isNews = true
    }
    for (const other of notice.others) {
      if (await this.#takeOther(other, peer)) isNews = true
    }
    const aside = await resolutions.add(notice.resolutions)
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

  async #takeOther({ branch: name, first, head }: OtherLine, peer: PeerId): Promise<boolean> {
    const branch = this.#deps.branches.get(name)
    if (!branch || this.#isHere(branch, head)) return false
    return this.#fetcher.fetch(branch, otherLineName(name, first), head, this.#source(peer))
  }

  /** Also a line that was set aside is here: a peer that has yet to hear of the resolution does not bring it back. */
  #isHere(branch: Branch, head: ChangesetId): boolean {
    return branch.has(head) || this.#deps.resolutions.hasSetAside(branch.name, head)
  }

  #hearGossip(message: Uint8Array, from: PeerId): void {
    const { transport, log } = this.#deps
    const notice = message.length <= gossipBytesMax ? noticeSchema.safeParse(parseJson(message)) : undefined
    if (!notice?.success) {
      log.debug({ from }, 'left a malformed announcement aside')
      return
    }
    const isNear = transport.peers().some(({ id }) => id === from)
    // What comes from afar is news of where to look: the hosts between may have it by now.
    if (!isNear && notice.data.states.every((state) => this.#isKnown(state))) return
    const heard = isNear ? this.#hear(notice.data, from) : this.exchangeAll()
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
