/** Keeps the neighbours of this host: what {@link Neighbours} decides is done to the transport here. */
import { type Cancel, type Clock, everybodyMax, type Random } from '../base/index.ts'
import type { Candidate } from './hosts-to-turn-to.ts'
import { Neighbours, neighboursMax } from './neighbours.ts'
import type { PeerId, Transport } from './transport.ts'

/** How often to check whether there are too many neighbours, or too few hosts to turn to; and while there are enough. */
const lookEveryMs = 5_000
const restMs = 60_000
/**
 * How often a host meets one that it need not meet. Up to three hundred hosts somebody does so every three seconds;
 * beyond that each does about every quarter of an hour, and together they do it more often than that.
 */
const exploreEveryMsMin = 300_000
const exploreEveryMsMax = 900_000
const exploreMsPerHost = 3_000

export interface NeighbourKeeperDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
  /** How many hosts the domain has, as far as is known. */
  readonly hosts: () => number
  /** A random selection of hosts that could be dialed. */
  readonly sample: (count: number) => readonly Candidate[]
  readonly networkOf: (address: string) => string
  /** Where this host can be dialed. */
  readonly ownAddresses: () => readonly string[]
  /** Hears that there may be others to dial. */
  readonly looked: () => void
}

export class NeighbourKeeper {
  readonly #deps: NeighbourKeeperDeps
  readonly #neighbours: Neighbours
  #cancels: readonly Cancel[] = []
  #cancelLook: Cancel = () => undefined
  #cancelExplore: Cancel = () => undefined
  #isLookingSoon = false

  constructor(deps: NeighbourKeeperDeps) {
    this.#deps = deps
    const { random, networkOf, ownAddresses } = deps
    const isNear = (network: string): boolean => ownAddresses().some((address) => networkOf(address) === network)
    this.#neighbours = new Neighbours({ random, networkOf, isNear })
  }

  start(): void {
    const { transport, clock } = this.#deps
    for (const { id, address } of transport.peers()) this.#neighbours.up(id, address, clock.monotonicMs())
    this.#cancels = [
      transport.onPeer(({ type, peer }) => {
        if (type === 'up') this.#up(peer)
        else {
          this.#neighbours.down(peer)
          this.lookSoon()
        }
      }),
      () => this.#cancelExplore(),
    ]
    this.#exploreLater()
    this.#look()
  }

  stop(): void {
    this.#cancelLook()
    for (const cancel of this.#cancels) cancel()
  }

  /** There is news of a host that is not connected. */
  lookSoon(): void {
    if (!this.#isLookingSoon) this.#lookAfter(lookEveryMs)
  }

  /** How many more connections are wanted; undefined where everybody may know everybody. */
  wanted(): number | undefined {
    return this.#neighbours.wanted(this.#deps.hosts())
  }

  /** Where to dial, best first. */
  addresses(): readonly string[] {
    return this.#neighbours.addresses(this.#deps.hosts())
  }

  /** An address is being dialed. */
  dialing(address: string): void {
    this.#neighbours.dialing(address)
  }

  /** An address was dialed: who answered, or undefined if nobody did. */
  dialed(address: string, peer: PeerId | undefined): void {
    this.#neighbours.dialed(address, peer)
  }

  #up(peer: PeerId): void {
    const { transport, clock } = this.#deps
    const address = transport.peers().find(({ id }) => id === peer)?.address ?? ''
    this.#neighbours.up(peer, address, clock.monotonicMs())
    this.#hangUp()
    // A newcomer may be one too many once it had the time to learn who else there is.
    if (!this.#isAtRest()) this.lookSoon()
  }

  #look(): void {
    this.#hangUp()
    const { room } = this.#neighbours
    if (room > 0) this.#neighbours.offer(this.#deps.sample(room))
    this.#deps.looked()
    this.#lookAfter(this.#isAtRest() ? restMs : lookEveryMs)
  }

  /** Whether nothing is to be done until somebody is lost, or there is news. */
  #isAtRest(): boolean {
    const { activeCount, room } = this.#neighbours
    if (this.#deps.hosts() <= everybodyMax) return true
    return this.wanted() === 0 && activeCount <= neighboursMax && room === 0
  }

  #lookAfter(everyMs: number): void {
    const { clock, random } = this.#deps
    this.#cancelLook()
    this.#isLookingSoon = everyMs === lookEveryMs
    // Spread, so that hosts that were switched on together do not stay together.
    this.#cancelLook = clock.after(everyMs / 2 + random.below(everyMs), () => this.#look())
  }

  #exploreLater(): void {
    const { clock, random, hosts } = this.#deps
    const everyMs = Math.min(exploreEveryMsMax, Math.max(exploreEveryMsMin, hosts() * exploreMsPerHost))
    this.#cancelExplore = clock.after(everyMs / 2 + random.below(everyMs), () => {
      this.#exploreLater()
      this.#neighbours.explore()
      this.#look()
    })
  }

  #hangUp(): void {
    const { transport, hosts, clock } = this.#deps
    for (const peer of this.#neighbours.surplus(hosts(), clock.monotonicMs())) transport.disconnect(peer)
  }
}
