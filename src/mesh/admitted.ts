/**
 * Remembers which key each peer has proved. The gate asks only once; a peer
 * whose key has since been taken out of hmac_keys must not stay because it came early.
 */
import type { DomainKeys } from './admission.ts'
import type { PeerId } from './transport.ts'

/** More than can be connected; the rest are those that were admitted and never got further. */
const rememberedMax = 1024

export class Admitted {
  /** Undefined for one that proved no key of ours and was let in because none was asked for. */
  readonly #keyByPeer = new Map<PeerId, string | undefined>()

  /** The peer has just passed the gate. */
  note(peer: PeerId, key: string | undefined): void {
    this.#keyByPeer.delete(peer)
    this.#keyByPeer.set(peer, key)
    const [oldest] = this.#keyByPeer.keys()
    if (this.#keyByPeer.size > rememberedMax && oldest !== undefined) this.#keyByPeer.delete(oldest)
  }

  forget(peer: PeerId): void {
    this.#keyByPeer.delete(peer)
  }

  /** Of these peers, the ones that the gate would not let in again on what they have proved. */
  outsiders(peers: Iterable<PeerId>, keys: DomainKeys): readonly PeerId[] {
    if (keys.acceptsAny || keys.accepts.length === 0) return []
    return [...peers].filter((peer) => {
      const key = this.#keyByPeer.get(peer)
      return key === undefined || !keys.accepts.includes(key)
    })
  }
}
