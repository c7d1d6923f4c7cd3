/** Which connected hosts can be reached: one that hangs stays connected for a while and answers nothing. */
import type { PeerId, Transport } from '../mesh/index.ts'

export class ReachablePeers {
  readonly #transport: Transport
  readonly #silent = new Set<PeerId>()
  /** Peers that were asked once in vain: perhaps only the answer was lost. */
  readonly #missed = new Set<PeerId>()

  constructor(transport: Transport) {
    this.#transport = transport
    transport.onPeer(({ peer }) => this.hasSpoken(peer))
  }

  /** The connected hosts, except those that hang and those that leave questions unanswered. */
  peers(): readonly PeerId[] {
    return this.#connected().filter((peer) => !this.#isSilent(peer))
  }

  /** The connected hosts that answer nothing, as those on the other side of a network that was cut a moment ago. */
  silent(): readonly PeerId[] {
    return this.#connected().filter((peer) => this.#isSilent(peer))
  }

  /** It did not answer in time. After the second time nobody waits for it until it says something. */
  didNotAnswer(peer: PeerId): void {
    if (this.#missed.has(peer)) this.#silent.add(peer)
    else this.#missed.add(peer)
  }

  /** It said something. */
  hasSpoken(peer: PeerId): void {
    this.#silent.delete(peer)
    this.#missed.delete(peer)
  }

  #connected(): readonly PeerId[] {
    return this.#transport.peers().map(({ id }) => id)
  }

  #isSilent(peer: PeerId): boolean {
    return this.#silent.has(peer) || this.#transport.liveness.hangs(peer)
  }
}
