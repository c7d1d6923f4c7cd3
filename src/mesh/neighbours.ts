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
import type { PeerId } from './transport.ts'

/**
 * With fewer neighbours this host dials, with more than the maximum it hangs up; between the two it changes nothing.
 */
export const neighboursMin = 8
export const neighboursMax = 12
/** How many in the same network are kept when others go: what they have arrives fast. */
const nearMax = 2
/** How many of the hosts that this one dialed are kept, the oldest first, whoever comes. */
const chosenMax = 4
/** How many of one network are not too many. */
const perNetworkMax = neighboursMax / 2
/** How long a newcomer is kept, so that it learns who else there is. */
const graceMs = 10_000
/** How many newcomers there may be at once; the next one is turned away immediately. */
const newcomersMax = 24
/** How many hosts to turn to are remembered. */
const passiveMax = 32
const failuresMax = 2
/** How many hosts that did not answer are remembered, and not taken up again for a while. */
const failedMax = 128

/** A host that could be dialed. */
export interface Candidate {
  readonly peer: PeerId
  readonly address: string
}

interface Active {
  readonly network: string
  readonly isNear: boolean
  readonly sinceMs: number
  /** Whether this host dialed it. */
  isChosen: boolean
}

interface Passive extends Candidate {
  readonly isNear: boolean
  failures: number
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
  readonly #passiveByAddress = new Map<string, Passive>()
  readonly #failed = new Set<string>()
  /** Whether one more than is needed is looked for. */
  #isExploring = false

  constructor(options: NeighboursOptions) {
    this.#options = options
  }

  get activeCount(): number {
    return this.#activeByPeer.size
  }

  /** How many hosts to turn to should be added; none while there are at least half of them. */
  get room(): number {
    const free = passiveMax - this.#passiveByAddress.size
    return free > passiveMax / 2 ? free : 0
  }

  /** A peer is connected; `address` is where it is. */
  up(peer: PeerId, address: string, nowMs: number): void {
    const network = this.#options.networkOf(address)
    const isNear = this.#options.isNear(network)
    this.#activeByPeer.set(peer, { network, isNear, sinceMs: nowMs, isChosen: false })
  }

  down(peer: PeerId): void {
    this.#activeByPeer.delete(peer)
  }

  /** This host dialed an address: who answered, or undefined when nobody did. */
  dialed(address: string, peer: PeerId | undefined): void {
    this.#isExploring = false
    const active = peer === undefined ? undefined : this.#activeByPeer.get(peer)
    if (active) active.isChosen = true
    const passive = this.#passiveByAddress.get(address)
    if (!passive) return
    passive.failures += 1
    if (peer === undefined && passive.failures < failuresMax) return
    this.#passiveByAddress.delete(address)
    if (peer !== undefined) return
    this.#failed.add(address)
    const [oldest] = this.#failed
    if (this.#failed.size > failedMax && oldest !== undefined) this.#failed.delete(oldest)
  }

  /** Hosts to turn to, as far as there is room. */
  offer(candidates: readonly Candidate[]): void {
    for (const { peer, address } of candidates) {
      if (this.#passiveByAddress.size >= passiveMax) return
      if (this.#activeByPeer.has(peer) || this.#failed.has(address)) continue
      const isNear = this.#options.isNear(this.#options.networkOf(address))
      this.#passiveByAddress.set(address, { peer, address, isNear, failures: 0 })
    }
  }

  /**
   * Looks for one more than is needed. So neighbours change, and parts of a domain that have lost each other meet
   * again.
   */
  explore(): void {
    this.#isExploring = true
    // Those that did not answer may be on the other side of what is whole again by now.
    this.#failed.clear()
  }

  /** How many more connections are wanted in a domain of so many hosts; undefined where everybody may know everybody. */
  wanted(hosts: number): number | undefined {
    if (hosts <= everybodyMax) return undefined
    const more = neighboursMin - this.#activeByPeer.size
    const wantsNear = this.#lacksNear() && this.#passives().some(({ isNear }) => isNear)
    return Math.max(0, more, wantsNear || this.#isExploring ? 1 : 0)
  }

  /** Where to dial, best first; nothing in a small domain once there are enough. */
  addresses(hosts: number): readonly string[] {
    if (hosts <= everybodyMax && this.#activeByPeer.size >= neighboursMin) return []
    const nearFirst = this.#lacksNear() ? (one: Passive): number => (one.isNear ? 0 : 1) : (): number => 0
    return this.#passives()
      .sort((a, b) => nearFirst(a) - nearFirst(b) || a.failures - b.failures)
      .map(({ address }) => address)
  }

  /** Whom to hang up on. */
  surplus(hosts: number, nowMs: number): readonly PeerId[] {
    if (hosts <= everybodyMax) return []
    const surplus: PeerId[] = []
    const left = new Map(this.#activeByPeer)
    const drop = (peer: PeerId): void => {
      left.delete(peer)
      surplus.push(peer)
    }
    for (const peer of this.#newcomers(nowMs).slice(newcomersMax)) drop(peer)
    const isOver = (): boolean => left.size > neighboursMax
    const settled = this.#settled(nowMs)
    while (isOver()) {
      const peer = this.#victim(settled.filter((one) => left.has(one)))
      if (peer === undefined) break
      drop(peer)
    }
    return surplus
  }

  #passives(): Passive[] {
    return [...this.#passiveByAddress.values()].filter(({ peer }) => !this.#activeByPeer.has(peer))
  }

  #lacksNear(): boolean {
    return [...this.#activeByPeer.values()].filter(({ isNear }) => isNear).length < nearMax
  }

  /** Newcomers within their grace that this host did not dial, in the order in which they came. */
  #newcomers(nowMs: number): readonly PeerId[] {
    return [...this.#activeByPeer]
      .filter(([, one]) => !one.isChosen && nowMs - one.sinceMs < graceMs)
      .map(([peer]) => peer)
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

  /** Any of them; of a network that has more than its share, if there is one. */
  #victim(peers: readonly PeerId[]): PeerId | undefined {
    const networkOf = (peer: PeerId): string => this.#activeByPeer.get(peer)?.network ?? ''
    const crowded = peers.filter(
      (peer) => peers.filter((other) => networkOf(other) === networkOf(peer)).length > perNetworkMax,
    )
    const among = crowded.length > 0 ? crowded : peers
    return among[this.#options.random.below(Math.max(1, among.length))]
  }
}
