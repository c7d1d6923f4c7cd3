/**
 * Remembers which key each peer has proved. The gate asks only once; a peer
 * whose key has since been taken out of hmac_keys must not stay because it came early.
 */
import type { Cancel } from '../base/index.ts'
import type { DomainKeys } from './admission.ts'
import type { PeerId } from './transport.ts'

/** More than can be connected. The rest are peers that were admitted and got no further. */
const rememberedMax = 1024

export class Admitted {
  /** Undefined for a peer that proved no key of ours and was let in because none was required. */
  readonly #keyByPeer = new Map<PeerId, string | undefined>()
  /** Those that may be gone again, too. */
  readonly #met = new Set<PeerId>()

  /** The peer has just been admitted. */
  note(peer: PeerId, key: string | undefined): void {
    this.#keyByPeer.delete(peer)
    this.#keyByPeer.set(peer, key)
    this.#met.delete(peer)
    this.#met.add(peer)
    const [first] = this.#met
    if (this.#met.size > rememberedMax && first !== undefined) this.#met.delete(first)
    const [oldest] = this.#keyByPeer.keys()
    if (this.#keyByPeer.size > rememberedMax && oldest !== undefined) this.#keyByPeer.delete(oldest)
  }

  forget(peer: PeerId): void {
    this.#keyByPeer.delete(peer)
  }

  /** It was not admitted this time: it is no better than others. */
  refuse(peer: PeerId): void {
    this.#met.delete(peer)
  }

  /** Whether it was admitted the last time that it came. */
  hasMet(peer: PeerId): boolean {
    return this.#met.has(peer)
  }

  /** Those of these peers that would not be admitted again with what they have proved. */
  outsiders(peers: Iterable<PeerId>, keys: DomainKeys): readonly PeerId[] {
    if (keys.acceptsAny || keys.accepts.length === 0) return []
    return [...peers].filter((peer) => {
      const key = this.#keyByPeer.get(peer)
      return key === undefined || !keys.accepts.includes(key)
    })
  }
}

/** Cuts off every outsider, now and whenever `onKeys` tells that keys have changed, until the function that it returns is called. */
export function watchOutsiders(
  onKeys: (listener: () => void) => Cancel,
  outsiders: () => readonly PeerId[],
  cut: (peer: PeerId) => void,
): Cancel {
  const check = (): void => outsiders().forEach(cut)
  check()
  return onKeys(check)
}
