/** What the network process has said of the peers that are connected, as far as it can be so. */
import type { ConnectedPeer, PeerEvent, PeerId } from '../mesh/index.ts'
import type { FromNetwork } from './messages.ts'
import { WireError } from './wire.ts'

interface KnownPeer {
  facts: ConnectedPeer
  heardBytes: number
  roundTripMs: number | undefined
  /** Hear of the next sign of life. */
  pings: (() => void)[]
}

/** In a domain of any size a host is connected to a few dozen; a process that has gone bad must not fill this one. */
const peersMax = 4_096
/** Questions whether a peer lives that are unanswered. */
const pingsMax = 64

export class SessionPeers {
  readonly #tell: (event: PeerEvent) => void
  readonly #known = new Map<PeerId, KnownPeer>()

  constructor(tell: (event: PeerEvent) => void) {
    this.#tell = tell
  }

  all(): readonly ConnectedPeer[] {
    return [...this.#known.values()].map(({ facts }) => facts)
  }

  has(peer: PeerId): boolean {
    return this.#known.has(peer)
  }

  heardBytes(peer: PeerId): number {
    return this.#known.get(peer)?.heardBytes ?? 0
  }

  roundTripMs(peer: PeerId): number | undefined {
    return this.#known.get(peer)?.roundTripMs
  }

  /** It is there, or something has changed of where it is. WireError when that would be too many. */
  up(facts: ConnectedPeer): void {
    const known = this.#known.get(facts.id)
    if (known !== undefined) {
      known.facts = facts
      return
    }
    if (this.#known.size >= peersMax) throw new WireError('too many peers')
    this.#known.set(facts.id, { facts, heardBytes: 0, roundTripMs: undefined, pings: [] })
    this.#tell({ type: 'up', peer: facts.id })
  }

  down(peer: PeerId): void {
    if (this.#known.delete(peer)) this.#tell({ type: 'down', peer })
  }

  /** Something has come from it. */
  heard(peer: PeerId, bytes: number): void {
    const known = this.#known.get(peer)
    if (known !== undefined) known.heardBytes += bytes
  }

  onPong(peer: PeerId, onAnswer: () => void): void {
    const known = this.#known.get(peer)
    if (known !== undefined) known.pings = [...known.pings, onAnswer].slice(-pingsMax)
  }

  pong(peer: PeerId, roundTripMs: number | undefined): void {
    const known = this.#known.get(peer)
    if (known === undefined) return
    known.heardBytes += 1
    known.roundTripMs = roundTripMs ?? known.roundTripMs
    for (const onAnswer of known.pings.splice(0)) onAnswer()
  }
}

/** What the process has said of a peer, as the mesh has it. */
export function factsOf({ peer, address, dialable, via }: FromNetwork & { type: 'up' | 'peer' }): ConnectedPeer {
  return { id: peer, address, dialable, ...(via !== undefined && { via }) }
}
