/** Which connected hosts can be reached: a frozen one stays connected for a while and answers nothing. */
import type { PeerId, Transport } from '../mesh/index.ts'

export class ReachablePeers {
  readonly #transport: Transport
  readonly #silent = new Set<PeerId>()

  constructor(transport: Transport) {
    this.#transport = transport
    transport.onPeer(({ peer }) => this.#silent.delete(peer))
  }

  /** The connected hosts but for the silent ones. */
  peers(): readonly PeerId[] {
    return this.#transport
      .peers()
      .map(({ id }) => id)
      .filter((peer) => !this.#silent.has(peer))
  }

  /** It did not answer in time: nobody waits for it again until it says something. */
  isSilent(peer: PeerId): void {
    this.#silent.add(peer)
  }

  /** It said something. */
  hasSpoken(peer: PeerId): void {
    this.#silent.delete(peer)
  }
}
