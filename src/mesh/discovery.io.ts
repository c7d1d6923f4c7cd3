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
    const isDue = dialTimes(components.peerId.toString())
    // libp2p reports a host only the first time it is found; one that was lost must be found again.
    finder.addEventListener('peer', ({ detail: { id } }: CustomEvent<PeerInfo>) => {
      if (id.equals(components.peerId) || options.connected(id)) return
      // What the finder learned reaches libp2p's address book after this event.
      if (isDue(id.toString(), performance.now())) setImmediate(() => options.dial(id))
    })
    return finder
  }
}

/** Whether a host that is found now is to be dialed now. */
export function dialTimes(self: string): (peer: string, nowMs: number) => boolean {
  const nextMsByPeer = new Map<string, number>()
  return (peer, nowMs) => {
    const known = nextMsByPeer.get(peer)
    if (known === undefined && nextMsByPeer.size >= rememberedMax) return false
    const dueMs = known ?? (self < peer ? nowMs : nowMs + yieldMs)
    const isDue = dueMs <= nowMs
    nextMsByPeer.set(peer, isDue ? nowMs + redialAfterMs : dueMs)
    return isDue
  }
}

/** Hosts of a domain look for its tag alone; it does not tell the domain's name to the rest of the network. */
export function serviceTag(domain: string): string {
  const name = createHash('sha256').update(`isconf mdns ${domain}`).digest('hex').slice(0, 16)
  return `_isconf-${name}._udp.local`
}
