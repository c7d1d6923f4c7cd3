/** Which of the addresses that a peer listens on it can be dialed at: libp2p's own text of addresses, taken apart. */
import type { PeerId } from './transport.ts'

/** A host with many interfaces says many; one that was seen to work and two others are enough to find it again. */
const dialableMax = 3

/** How a connection to a peer came about. */
export interface Seen {
  /** Where the peer was on this connection. */
  readonly remoteAddress: string
  /** Whether this host dialed it there. */
  readonly outbound: boolean
}

/**
 * Addresses with the peer's id, best first: where it was dialed; where it listens on the address it was seen at;
 * where else it listens, but for what means another machine on every machine.
 */
export function dialableAddresses(peer: PeerId, seen: readonly Seen[], listens: readonly string[]): readonly string[] {
  const dialed = seen.filter(({ outbound }) => outbound).flatMap(({ remoteAddress }) => partsOf(remoteAddress) ?? [])
  const seenAt = new Set(seen.flatMap(({ remoteAddress }) => partsOf(remoteAddress)?.ip ?? []))
  const listening = listens.flatMap((address) => partsOf(address) ?? [])
  const there = listening.filter(({ ip }) => seenAt.has(ip))
  const elsewhere = listening.filter(({ ip }) => !seenAt.has(ip) && !isLocal(ip))
  const texts = [...dialed, ...there, ...elsewhere].map(
    ({ ip, text }) => `/${ip.includes(':') ? 'ip6' : 'ip4'}/${text}/p2p/${peer}`,
  )
  return [...new Set(texts)].slice(0, dialableMax)
}

interface Parts {
  readonly ip: string
  /** `IP/tcp/PORT` */
  readonly text: string
}

function partsOf(address: string): Parts | undefined {
  const [, ip, port] = address.match(/^\/ip[46]\/([0-9A-Fa-f.:]+)\/tcp\/(\d+)(\/p2p\/\w+)?$/) ?? []
  return ip === undefined ? undefined : { ip, text: `${ip}/tcp/${port}` }
}

/** Loopback, link-local and unspecified addresses. */
function isLocal(ip: string): boolean {
  return /^(127\.|169\.254\.|0\.0\.0\.0$|::$|::1$|fe[89ab])/i.test(ip)
}
