/** The hosts of the domain, as far as they have told of themselves since this daemon started. */
import { type Clock, isoTime } from '../base/index.ts'
import type { PeerId } from '../mesh/index.ts'
import type { OwnWords } from './announcement.ts'

/** More hosts than a domain has; the one that was heard longest ago is forgotten first. */
const hostsMax = 10_000

/** What a host has told of itself. */
export interface KnownHost {
  readonly peer: PeerId
  readonly name: string
  /** Where it stands; undefined when it is of a release that does not tell. */
  readonly at: OwnWords['at']
  readonly boot: OwnWords['boot']
  /** When it was heard or lost last, for people. */
  readonly seen: string
}

export class Inventory {
  readonly #clock: Clock
  /** In the order in which they were heard last. */
  readonly #hostByPeer = new Map<PeerId, KnownHost>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  heard(peer: PeerId, { host: name, at, boot }: OwnWords): void {
    this.#hostByPeer.delete(peer)
    this.#hostByPeer.set(peer, { peer, name, at, boot, seen: isoTime(this.#clock) })
    const [oldest] = this.#hostByPeer.keys()
    if (this.#hostByPeer.size > hostsMax && oldest !== undefined) this.#hostByPeer.delete(oldest)
  }

  /** The connection to it is gone. */
  lost(peer: PeerId): void {
    const known = this.#hostByPeer.get(peer)
    if (known) this.#hostByPeer.set(peer, { ...known, seen: isoTime(this.#clock) })
  }

  /** The name a peer goes by; its id until it has told. */
  nameOf(peer: PeerId): string {
    return this.#hostByPeer.get(peer)?.name ?? peer
  }

  all(): readonly KnownHost[] {
    return [...this.#hostByPeer.values()]
  }
}
