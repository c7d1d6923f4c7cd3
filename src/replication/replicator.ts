/**
 * Keeps the branches of this host the same as those of the others: tells them what is here, hears what they have, and
 * fetches missing changesets. Nothing depends on any one message being heard.
 */
import { type BranchName, type Cancel, endIfBroken, nowAndThen, type Random, toIsconfError } from '../base/index.ts'
import type { Branch, Branches } from '../branch/index.ts'
import type { PeerId } from '../mesh/index.ts'
import { type Announcement, composeAnnouncement, type OwnWords } from './announcement.ts'
import type { BootRecord } from './boot-report.ts'
import type { ChangesetFetcherDeps } from './changeset-fetcher.ts'
import { type CountListener, Exchange, type Wait } from './exchange.ts'
import type { Inventory } from './inventory/index.ts'
import { NewsIntake } from './news-intake.ts'
import { NewsTeller } from './news-teller.ts'
import { PeerTroubles } from './peer-troubles.ts'
import type { ReachablePeers } from './reachable-peers.ts'
import type { Resolutions } from './resolutions.ts'
import type { UnfetchedHeads } from './unfetched.ts'

/** How often to exchange: often enough that news that were not heard are soon made up for. */
const exchangeEveryMs = 30_000
/** In a large domain, where the news come from more neighbours, every fourth time is enough. */
const turnsWhenLarge = 4

export interface ReplicatorDeps extends ChangesetFetcherDeps {
  /** What this host tells about itself. */
  readonly words: () => OwnWords
  /** Hostkeeper's record of the last boot; not in a simulated world. */
  readonly bootRecord?: BootRecord | undefined
  readonly inventory: Inventory
  readonly branches: Branches
  readonly resolutions: Resolutions
  readonly reachable: ReachablePeers
  readonly random: Random
  /** Resolves when a daemon that was just started has had the time to find the others. */
  readonly settled: Promise<void>
  /** Called when a line of a split has become a branch. */
  readonly onResolved: () => Promise<void>
}

export class Replicator {
  readonly #deps: ReplicatorDeps
  /** What the other hosts have told about themselves. */
  readonly inventory: Inventory
  /** What is wrong with other hosts. */
  readonly troubles: PeerTroubles
  /** What other hosts have and this one could not get. */
  readonly unfetched: UnfetchedHeads
  readonly #intake: NewsIntake
  readonly #teller: NewsTeller
  readonly #exchange: Exchange
  readonly #cancels: Cancel[] = []
  #turn = 0

  constructor(deps: ReplicatorDeps) {
    this.#deps = deps
    this.inventory = deps.inventory
    this.troubles = new PeerTroubles(deps.clock, deps.log)
    this.#intake = new NewsIntake({
      ...deps,
      standing: () => deps.words().at,
      troubles: this.troubles,
      hostOf: (peer) => this.hostOf(peer),
    })
    this.unfetched = this.#intake.unfetched
    const shared = {
      transport: deps.transport,
      clock: deps.clock,
      compose: (about?: readonly BranchName[]) => this.#compose(about),
      hear: (told: Announcement, peer: PeerId) => this.#hear(told, peer),
      notUnderstood: (peer: PeerId) =>
        this.troubles.note(peer, this.hostOf(peer), 'news', 'says what this release does not understand'),
      failed: (peer: PeerId, error: unknown) => this.#logFailure(peer, error),
    }
    this.#teller = new NewsTeller({ ...shared, exchange: (peer) => this.#exchangeSoon(peer) })
    this.#exchange = new Exchange({
      ...shared,
      ownWords: deps.words,
      hostsDigest: () => this.inventory.digest(),
      hearWords: (words, peer) => this.#hearWords(words, peer),
      sameHosts: (peer) => this.inventory.isLevel(peer),
      newsMs: () => this.#intake.newsMs,
      met: (peer, theirs, mine) => this.#teller.met(peer, theirs, mine),
    })
  }

  /** Begins to answer and to listen. */
  start(): void {
    const { transport, clock, random } = this.#deps
    this.#exchange.serve()
    this.inventory.start()
    this.#cancels.push(
      transport.onPeer(({ type, peer }) => {
        if (type === 'up') this.#exchangeSoon(peer)
        else {
          this.inventory.lost(peer)
          this.troubles.lost(peer)
        }
      }),
      // It has not heard what was told meanwhile.
      transport.liveness.onBack((peer) => this.#exchangeSoon(peer)),
    )
    this.#teller.start()
    for (const { id } of transport.peers()) this.#exchangeSoon(id)
    this.#cancels.push(nowAndThen(clock, random, exchangeEveryMs, () => this.#exchangeWithOne()))
  }

  async stop(): Promise<void> {
    this.#teller.stop()
    for (const cancel of this.#cancels) cancel()
    await this.inventory.stop()
  }

  /** The name of a peer; its id until it has told its name. */
  hostOf(peer: PeerId): string {
    return this.inventory.nameOf(peer)
  }

  /**
   * Tells a peer what is here and learns what it has, unless both are the same. When it resolves, what the peer has was
   * processed.
   */
  async exchange(peer: PeerId): Promise<void> {
    const isSame = await this.#exchange.everything(peer)
    if (isSame.branches) this.troubles.note(peer, this.hostOf(peer), 'news', undefined)
    if (!isSame.hosts) this.inventory.level(peer).catch((error: unknown) => this.#logFailure(peer, error))
  }

  /** Exchanges with every reachable neighbour. */
  async exchangeAll(): Promise<void> {
    await this.#deps.settled
    await Promise.allSettled(this.#deps.reachable.peers().map((peer) => this.exchange(peer)))
  }

  /**
   * Exchanges one branch with every reachable neighbour, by default the one this host is on, and waits for what is
   * arriving of it. It does not wait for other branches, of which more may be arriving than a slow line brings soon.
   */
  async catchUp(name = this.#deps.words().at?.branch): Promise<void> {
    if (name === undefined) return this.exchangeAll()
    await this.exchangeBranch({ name })
    // On a slow line the answers to the questions stand in line behind the changesets.
    await this.#intake.untilFetched(name)
  }

  /** Exchanges one branch with every reachable neighbour. Returns what those that answered have of it. */
  async exchangeBranch({ name }: Pick<Branch, 'name'>, wait?: Wait): Promise<readonly Announcement[]> {
    await this.#deps.settled
    return this.#exchange.branchWithAll(this.#deps.reachable.peers(), name, wait)
  }

  /** Tells about a change made here; the other hosts hear of it from the neighbours. */
  async announce(branch: Branch): Promise<void> {
    await this.exchangeBranch(branch)
  }

  /** The same. Returns on how many neighbours the branch's head is then on disk. */
  async announceStored({ name, state }: Branch, told?: CountListener): Promise<number> {
    await this.#deps.settled
    return this.#exchange.storedOn(this.#deps.reachable.peers(), name, state.head, told)
  }

  #compose(about?: readonly BranchName[]): Announcement {
    const { words, branches, resolutions } = this.#deps
    return composeAnnouncement(words(), branches, resolutions.all, about)
  }

  #hearWords(words: OwnWords, peer: PeerId): void {
    this.inventory.heard(peer, words)
    this.#deps.reachable.hasSpoken(peer)
  }

  async #hear(announcement: Announcement, peer: PeerId): Promise<void> {
    const { resolutions, onResolved } = this.#deps
    this.#hearWords(announcement, peer)
    const changed = await this.#intake.take(announcement, peer)
    const aside = await resolutions.add(announcement.resolutions)
    if (aside.length > 0) await onResolved()
    // The other neighbours hear of it from here.
    const resolved = aside.length > 0 ? announcement.resolutions.map(({ branch }) => branch) : []
    this.#teller.changed(new Set([...changed, ...resolved, ...aside]), peer)
  }

  #exchangeSoon(peer: PeerId): void {
    this.exchange(peer).catch((error: unknown) => this.#logFailure(peer, error))
  }

  #exchangeWithOne(): void {
    const { random, transport, bootRecord } = this.#deps
    // In time for the exchange after this one.
    void bootRecord?.refresh()
    this.#turn = (this.#turn + 1) % turnsWhenLarge
    if (this.#turn !== 0 && this.inventory.isLarge) return
    const peers = transport.peers()
    const peer = peers.length > 0 ? peers[random.below(peers.length)] : undefined
    if (peer) this.#exchangeSoon(peer.id)
  }

  #logFailure(peer: PeerId, thrown: unknown): void {
    endIfBroken(thrown)
    const { code, message } = toIsconfError(thrown)
    const facts = { host: this.hostOf(peer), code }
    if (code === 'UNEXPECTED') this.#deps.log.debug(facts, `no exchange: ${message}`)
    else this.#deps.log.warn(facts, `could not process what ${facts.host} sent: ${message}`)
  }
}
