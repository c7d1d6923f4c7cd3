/**
 * Whom a host of a large domain is connected to, so that what a host costs
 * does not grow with the number of hosts: a state machine without clock and
 * network, after HyParView (doi 10.1109/DSN.2007.56).
 *
 * About eight active neighbours, and a few dozen hosts to turn to when one is
 * lost. Those are a sample of the hosts that have signed for their own
 * addresses; nothing that a neighbour says of others is needed. Nobody can
 * crowd out the neighbours that this host has chosen itself.
 */
import { everybodyMax, type Random } from '../base/index.ts'
import { type Candidate, HostsToTurnTo } from './hosts-to-turn-to.ts'
import type { PeerId } from './transport.ts'

/**
 * With fewer neighbours this host dials, with more than the maximum it hangs up; between the two it changes nothing.
 */
export const neighboursMin = 8
export const neighboursMax = 12
/**
 * No host ever has more connections, in a domain of any size. More than {@link neighboursMax} it has only while so many
 * come within their grace that nobody else is left to hang up on.
 */
export const connectionsMax = everybodyMax
/** How many in the same network are kept when others go: what they have arrives fast. */
const nearMax = 2
/** How many of the hosts that this one dialed are kept, the oldest first, whoever comes. */
const chosenMax = 4
/** How many of one network are not too many. */
const perNetworkMax = neighboursMax / 2
/** How long a newcomer is kept, so that it learns who else there is. */
const graceMs = 10_000

interface Active {
  readonly network: string
  readonly isNear: boolean
  readonly sinceMs: number
  /** Whether this host dialed it. */
  isChosen: boolean
}

export interface NeighboursOptions {
  readonly random: Random
  /** The network that an address belongs to, such as its first 24 bits. */
  readonly networkOf: (address: string) => string
  /** Whether that network is one of this host's own. */
  readonly isNear: (network: string) => boolean
}

export class Neighbours {
  readonly #options: NeighboursOptions
  readonly #activeByPeer = new Map<PeerId, Active>()
  readonly #toTurnTo: HostsToTurnTo
  /** Who is being dialed, as far as that is known before it answers. */
  readonly #dialing = new Map<string, PeerId>()
  /** Whether one more than is needed is looked for. */
  #isExploring = false

  constructor(options: NeighboursOptions) {
    this.#options = options
    this.#toTurnTo = new HostsToTurnTo(options.random)
  }

  get activeCount(): number {
    return this.#activeByPeer.size
  }

  /** How many hosts to turn to should be added; none while there are at least half of them. */
  get room(): number {
    return this.#toTurnTo.room
  }

  /** A peer is connected; `address` is where it is. */
  up(peer: PeerId, address: string, nowMs: number): void {
    const network = this.#options.networkOf(address)
    const isNear = this.#options.isNear(network)
    const isChosen = [...this.#dialing.values()].includes(peer)
    this.#activeByPeer.set(peer, { network, isNear, sinceMs: nowMs, isChosen })
  }

  down(peer: PeerId): void {
    this.#activeByPeer.delete(peer)
  }

  /** This host dials an address. */
  dialing(address: string): void {
    const peer = this.#toTurnTo.peerAt(address)
    if (peer !== undefined) this.#dialing.set(address, peer)
  }

  /** This host has dialed an address: who answered, or undefined when nobody did. */
  dialed(address: string, peer: PeerId | undefined): void {
    this.#isExploring = false
    this.#dialing.delete(address)
    const active = peer === undefined ? undefined : this.#activeByPeer.get(peer)
    if (active) active.isChosen = true
    this.#toTurnTo.dialed(address, peer !== undefined)
  }

  /** Hosts to turn to, as far as there is room. */
  offer(candidates: readonly Candidate[]): void {
    this.#toTurnTo.offer(candidates.filter(({ peer }) => !this.#activeByPeer.has(peer)))
  }

  /**
   * Looks for one more than is needed. So neighbours change, and parts of a domain that have lost each other meet
   * again.
   */
  explore(): void {
    this.#isExploring = true
    // Those that did not answer may be on the other side of what is whole again by now.
    this.#toTurnTo.forgive()
  }

  /** How many more connections are wanted in a domain of so many hosts; undefined where everybody may know everybody. */
  wanted(hosts: number): number | undefined {
    if (this.#isSmall(hosts)) return undefined
    return Math.max(0, neighboursMin - this.activeCount, this.#isExploring ? 1 : 0)
  }

  /** Where to dial, best first; nothing in a small domain once there are enough. */
  addresses(hosts: number): readonly string[] {
    if (this.#isSmall(hosts) && this.activeCount >= neighboursMin) return []
    const lacksNear = this.#lacksNear()
    const isFirst = (address: string): boolean => lacksNear && this.#options.isNear(this.#options.networkOf(address))
    return this.#toTurnTo
      .all()
      .filter(({ peer }) => !this.#activeByPeer.has(peer))
      .map(({ address, failures }) => ({ address, failures, isFirst: isFirst(address) }))
      .sort((a, b) => Number(b.isFirst) - Number(a.isFirst) || a.failures - b.failures)
      .map(({ address }) => address)
  }

  /** Whom to hang up on. */
  surplus(hosts: number, nowMs: number): readonly PeerId[] {
    if (this.#isSmall(hosts)) return []
    const surplus = new Set<PeerId>()
    const left = (): number => this.activeCount - surplus.size
    const settled = new Set(this.#settled(nowMs))
    while (left() > neighboursMax && settled.size > 0) {
      const peer = this.#victim([...settled])
      settled.delete(peer)
      surplus.add(peer)
    }
    for (const peer of this.#newcomers(nowMs)) if (left() > connectionsMax) surplus.add(peer)
    return [...surplus]
  }

  /** Whether everybody may know everybody. Who is connected to more hosts than are known is no longer in such a domain. */
  #isSmall(hosts: number): boolean {
    return Math.max(hosts, this.activeCount + 1) <= everybodyMax
  }

  #lacksNear(): boolean {
    return [...this.#activeByPeer.values()].filter(({ isNear }) => isNear).length < nearMax
  }

  /** Who is within the grace, the last to come first, and those that this host dialed after all others. */
  #newcomers(nowMs: number): readonly PeerId[] {
    const came = [...this.#activeByPeer].filter(([, one]) => nowMs - one.sinceMs < graceMs).reverse()
    return came.sort(([, a], [, b]) => Number(a.isChosen) - Number(b.isChosen)).map(([peer]) => peer)
  }

  /** Neighbours past their grace that may go. */
  #settled(nowMs: number): readonly PeerId[] {
    const kept = new Set([
      ...this.#oldest(({ isNear }) => isNear, nearMax),
      ...this.#oldest(({ isChosen }) => isChosen, chosenMax),
    ])
    const isSettled = (one: Active): boolean => nowMs - one.sinceMs >= graceMs
    return [...this.#activeByPeer].filter(([peer, one]) => isSettled(one) && !kept.has(peer)).map(([peer]) => peer)
  }

  #oldest(which: (one: Active) => boolean, count: number): readonly PeerId[] {
    return [...this.#activeByPeer]
      .filter(([, one]) => which(one))
      .map(([peer]) => peer)
      .slice(0, count)
  }

  /** Any of some; of a network that has more than its share, if there is one. */
  #victim(peers: readonly PeerId[]): PeerId {
    const networkOf = (peer: PeerId): string => this.#activeByPeer.get(peer)?.network ?? ''
    const crowded = peers.filter(
      (peer) => peers.filter((other) => networkOf(other) === networkOf(peer)).length > perNetworkMax,
    )
    const among = crowded.length > 0 ? crowded : peers
    return among[this.#options.random.below(among.length)] as PeerId
  }
}
