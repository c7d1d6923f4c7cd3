/** Keeps the neighbours of this host: what {@link Neighbours} decides is done to the transport here. */
import { type Cancel, type Clock, nowAndThen, type Random } from '../base/index.ts'
import { type Candidate, Neighbours } from './neighbours.ts'
import type { PeerId, Transport } from './transport.ts'

/** How often to check whether there are too many neighbours, or too few hosts to turn to. */
const lookEveryMs = 5_000
/** How often a host meets one that it need not meet: about 300 times a day. */
const exploreEveryMs = 300_000

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
}

export class NeighbourKeeper {
  readonly #deps: NeighbourKeeperDeps
  readonly #neighbours: Neighbours
  #cancels: readonly Cancel[] = []

  constructor(deps: NeighbourKeeperDeps) {
    this.#deps = deps
    const { random, networkOf, ownAddresses } = deps
    const isNear = (network: string): boolean => ownAddresses().some((address) => networkOf(address) === network)
    this.#neighbours = new Neighbours({ random, networkOf, isNear })
  }

  start(): void {
    const { transport, clock, random } = this.#deps
    for (const { id, address } of transport.peers()) this.#neighbours.up(id, address, clock.monotonicMs())
    this.#cancels = [
      transport.onPeer(({ type, peer }) => {
        if (type === 'up') this.#up(peer)
        else this.#neighbours.down(peer)
      }),
      nowAndThen(clock, random, lookEveryMs, () => this.#look()),
      nowAndThen(clock, random, exploreEveryMs, () => this.#neighbours.explore()),
    ]
    this.#look()
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel()
  }

  /** How many more connections are wanted; undefined where everybody may know everybody. */
  wanted(): number | undefined {
    return this.#neighbours.wanted(this.#deps.hosts())
  }

  /** Where to dial, best first. */
  addresses(): readonly string[] {
    return this.#neighbours.addresses(this.#deps.hosts())
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
  }

  #look(): void {
    this.#hangUp()
    const { room } = this.#neighbours
    if (room > 0) this.#neighbours.offer(this.#deps.sample(room))
  }

  #hangUp(): void {
    const { transport, hosts, clock } = this.#deps
    for (const peer of this.#neighbours.surplus(hosts(), clock.monotonicMs())) transport.disconnect(peer)
  }
}
