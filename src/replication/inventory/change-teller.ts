/**
 * Has what a host newly says of itself go round soon: this host and each neighbour tell each other what is new, at most
 * so often on each link. What merely says that a host is still there goes with the exchanges.
 */
import type { Cancel, Clock, Random } from '../../base/index.ts'
import type { PeerId, Transport } from '../../mesh/index.ts'
import type { RecordExchange } from './record-exchange.ts'

/**
 * How often on one link: the larger the fleet, the more words one message carries. With ten thousand hosts every ten
 * seconds.
 */
const everyMsPerHost = 1
const everyMsMin = 2_000
/** So that two neighbours that have heard it at the same time don't both ask. */
const spreadMs = 200

export interface ChangeTellerDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
  /** How many hosts the domain has. */
  readonly hosts: () => number
  readonly exchange: Pick<RecordExchange, 'hasNewsFor' | 'level'>
}

export class ChangeTeller {
  readonly #deps: ChangeTellerDeps
  readonly #cancelByPeer = new Map<PeerId, Cancel>()
  readonly #toldMsByPeer = new Map<PeerId, number>()
  #cancelPeers: Cancel = () => undefined

  constructor(deps: ChangeTellerDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#cancelPeers = this.#deps.transport.onPeer(({ type, peer }) => {
      if (type === 'down') this.#forget(peer)
    })
  }

  stop(): void {
    this.#cancelPeers()
    for (const peer of [...this.#cancelByPeer.keys()]) this.#forget(peer)
  }

  /** A host says something else of itself than before; `source` is the neighbour that told so, if one did. */
  changed(source?: PeerId): void {
    for (const { id } of this.#deps.transport.peers()) if (id !== source) this.#tellSoon(id)
  }

  #tellSoon(peer: PeerId): void {
    if (this.#cancelByPeer.has(peer)) return
    const { clock, random, hosts } = this.#deps
    const everyMs = Math.max(everyMsMin, hosts() * everyMsPerHost)
    const sinceMs = clock.monotonicMs() - (this.#toldMsByPeer.get(peer) ?? Number.NEGATIVE_INFINITY)
    const delayMs = Math.max(0, everyMs - sinceMs) + random.below(spreadMs)
    this.#cancelByPeer.set(
      peer,
      clock.after(delayMs, () => this.#tell(peer)),
    )
  }

  #tell(peer: PeerId): void {
    const { clock, exchange } = this.#deps
    this.#cancelByPeer.delete(peer)
    if (!exchange.hasNewsFor(peer)) return
    this.#toldMsByPeer.set(peer, clock.monotonicMs())
    // A neighbour that does not answer learns of it from others, or when digests are compared.
    exchange.level(peer).catch(() => undefined)
  }

  #forget(peer: PeerId): void {
    this.#cancelByPeer.get(peer)?.()
    this.#cancelByPeer.delete(peer)
    this.#toldMsByPeer.delete(peer)
  }
}
