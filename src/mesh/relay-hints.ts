/** Over which hosts this one tries to reach those that it can't reach directly. */
import type { Clock } from '../base/index.ts'
import { relayedAddress } from './address.ts'
import type { PeerId, Transport } from './transport.ts'

/** A host that is there and not connected, and who has told of it last. */
export interface Unconnected {
  readonly peer: PeerId
  readonly from: PeerId | undefined
}

/** Hosts that have just been heard of are dialed directly first, which may take this long. */
const directMs = 10_000
/** How many hosts are reached over others. In a domain where more need it, each change still reaches everybody. */
const relayedMax = 8

export interface RelayHintsDeps {
  readonly transport: Transport
  readonly clock: Clock
  /** The hosts that are there and not connected; none where a host needs to be connected to a few only. */
  readonly unconnected: () => readonly Unconnected[]
}

export class RelayHints {
  readonly #deps: RelayHintsDeps
  /** When it was first seen that a host is there and not connected. */
  readonly #sinceMsByPeer = new Map<PeerId, number>()

  constructor(deps: RelayHintsDeps) {
    this.#deps = deps
  }

  /** Where to dial. */
  addresses(): readonly string[] {
    const { transport, clock, unconnected } = this.#deps
    const nowMs = clock.monotonicMs()
    const missing = unconnected()
    for (const peer of this.#sinceMsByPeer.keys())
      if (!missing.some((one) => one.peer === peer)) this.#sinceMsByPeer.delete(peer)
    for (const { peer } of missing) if (!this.#sinceMsByPeer.has(peer)) this.#sinceMsByPeer.set(peer, nowMs)
    const peers = transport.peers()
    const direct = peers.filter(({ via }) => via === undefined).map(({ id }) => id)
    const free = relayedMax - (peers.length - direct.length)
    return missing
      .filter(({ peer }) => nowMs - (this.#sinceMsByPeer.get(peer) ?? nowMs) >= directMs)
      .flatMap(({ peer, from }) => {
        // Who has told of a host last is likely to be connected to it.
        const via = from !== undefined && direct.includes(from) ? from : direct[0]
        return via === undefined ? [] : [relayedAddress({ via, peer })]
      })
      .slice(0, Math.max(0, free))
  }
}
