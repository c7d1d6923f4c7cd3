/** Finds the domain's hosts on the local network by mDNS and says when one should be dialed. */
import { createHash } from 'node:crypto'
import type { PeerDiscovery, PeerId, PeerInfo } from '@libp2p/interface'
import { type MulticastDNSComponents, mdns } from '@libp2p/mdns'

/** How often the network is asked who is there. */
const queryEveryMs = 10_000
/** A host found is not dialed again before this, for every query of every host makes it answer. */
const redialAfterMs = 15_000
/** Of two hosts that find each other, one dials at once and the other only when that has not worked by then. */
const yieldMs = 5_000
/** Hosts remembered at once; a network that shows more is not searched further. */
const rememberedMax = 1_000

export interface DiscoveryOptions {
  readonly domain: string
  readonly connected: (peer: PeerId) => boolean
  readonly dial: (peer: PeerId) => void
}

/** A part for libp2p's `peerDiscovery`. */
export function localDiscovery(options: DiscoveryOptions) {
  return (components: MulticastDNSComponents & { readonly peerId: PeerId }): PeerDiscovery => {
    const finder = mdns({ interval: queryEveryMs, serviceTag: serviceTag(options.domain) })(components)
    const nextDialMsByPeer = new Map<string, number>()
    // libp2p reports a host only the first time it is found; one that was lost must be found again.
    finder.addEventListener('peer', ({ detail: { id } }: CustomEvent<PeerInfo>) => {
      const name = id.toString()
      if (id.equals(components.peerId) || options.connected(id)) return
      const nowMs = performance.now()
      const known = nextDialMsByPeer.get(name)
      if (known === undefined && nextDialMsByPeer.size >= rememberedMax) return
      const dueMs = known ?? (components.peerId.toString() < name ? nowMs : nowMs + yieldMs)
      nextDialMsByPeer.set(name, dueMs <= nowMs ? nowMs + redialAfterMs : dueMs)
      // What the finder learned reaches libp2p's address book after this event.
      if (dueMs <= nowMs) setImmediate(() => options.dial(id))
    })
    return finder
  }
}

/** Hosts of a domain look for its tag alone; it does not tell the domain's name to the rest of the network. */
export function serviceTag(domain: string): string {
  const name = createHash('sha256').update(`isconf mdns ${domain}`).digest('hex').slice(0, 16)
  return `_isconf-${name}._udp.local`
}
