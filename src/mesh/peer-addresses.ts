/** Where connected peers can be dialed: what was seen of them, and what they say. */
import type { Clock } from '../base/index.ts'
import { type MeshAddress, parseAddress } from './address.ts'
import { dialableAddresses } from './dialable.ts'
import { ListenAddresses } from './listen-addresses.ts'
import type { ConnectedPeer, PeerId, Transport } from './transport.ts'

interface Connection {
  readonly remoteAddress: string
  readonly dialed: boolean
  /** The host between the two, if there is one. */
  readonly via: PeerId | undefined
}

interface Connections {
  /** Those with a peer. */
  with(peer: PeerId): readonly Connection[]
  /** The best of them. */
  best(peer: PeerId): Connection | undefined
}

export class PeerAddresses {
  readonly #connections: Connections
  readonly #listens: ListenAddresses
  /** Where they were dialed, even if the link that stays is one that they have dialed. */
  readonly #dialedAt = new Map<PeerId, string>()

  /** `own` says where this host listens, for those that ask; `onLearned` hears that a peer has said it. */
  constructor(
    transport: Transport,
    connections: Connections,
    clock: Clock,
    own: () => readonly string[],
    onLearned: () => void,
  ) {
    this.#connections = connections
    this.#listens = new ListenAddresses(transport, clock, own, onLearned)
  }

  noteDialed(peer: PeerId, address: string): void {
    this.#dialedAt.set(peer, address)
  }

  /** Where this host has dialed a peer; undefined if it has not, or not since it was lost. */
  dialedAt(peer: PeerId): MeshAddress | undefined {
    return parseAddress(this.#dialedAt.get(peer) ?? '')
  }

  /** Asks a peer that has just become reachable where it listens. */
  learn(peer: PeerId): void {
    this.#listens.learn(peer)
  }

  forget(peer: PeerId): void {
    this.#listens.forget(peer)
    this.#dialedAt.delete(peer)
  }

  /** What is known of a connected peer. */
  connected(id: PeerId): ConnectedPeer {
    const { remoteAddress: address = '', via } = this.#connections.best(id) ?? {}
    const dialable = (): readonly string[] => this.dialable(id)
    return {
      ...{ id, address, ...(via !== undefined && { via }) },
      // Found out for who asks: most only want to know who is connected, and want it often.
      get dialable() {
        return dialable()
      },
    }
  }

  /** Addresses of a peer, with its id, best first. */
  dialable(peer: PeerId): readonly string[] {
    const seen = this.#connections.with(peer).map(({ remoteAddress, dialed }) => ({ remoteAddress, outbound: dialed }))
    const dialedAt = this.#dialedAt.get(peer)
    if (dialedAt !== undefined) seen.unshift({ remoteAddress: dialedAt, outbound: true })
    return dialableAddresses(peer, seen, this.#listens.of(peer))
  }
}
