/** At which of the addresses that a peer listens on it can be dialed. */
import { addressText, parseAddress } from './address.ts'
import type { PeerId } from './transport.ts'

/**
 * A host with many interfaces names many addresses. One that was seen to work and two others are enough to find it
 * again.
 */
const dialableMax = 3

/** How a connection to a peer came about. */
export interface Seen {
  /** Where the peer was on this connection. */
  readonly remoteAddress: string
  /** Whether this host dialed it there. */
  readonly outbound: boolean
}

/**
 * Addresses with the peer's id, best first: where it was dialed, then where it listens on the address it was seen at,
 * then where else it listens. Addresses that mean another machine on every machine are left out, unless the peer is on
 * this one.
 */
export function dialableAddresses(peer: PeerId, seen: readonly Seen[], listens: readonly string[]): readonly string[] {
  const dialed = seen.filter(({ outbound }) => outbound).flatMap(({ remoteAddress }) => partsOf(remoteAddress) ?? [])
  const seenAt = new Set(seen.flatMap(({ remoteAddress }) => partsOf(remoteAddress)?.ip ?? []))
  const listening = listens.flatMap((address) => partsOf(address) ?? [])
  const there = listening.filter(({ ip }) => seenAt.has(ip))
  const isHere = [...seenAt].some(isLoopback)
  const elsewhere = listening.filter(({ ip }) => !seenAt.has(ip) && (!isLocal(ip) || (isHere && isLoopback(ip))))
  const texts = [...dialed, ...there, ...elsewhere].map(({ ip, port }) => addressText(ip, port, peer))
  return [...new Set(texts)].slice(0, dialableMax)
}

function partsOf(address: string): { readonly ip: string; readonly port: number } | undefined {
  const parsed = address.startsWith('/ip') ? parseAddress(address) : undefined
  return parsed && { ip: parsed.host, port: parsed.port }
}

/** Whether an address means another machine on every machine. */
export function isLocalAddress(address: string): boolean {
  const parsed = parseAddress(address)
  return parsed !== undefined && isLocal(parsed.host)
}

/** Loopback, link-local and unspecified addresses. */
function isLocal(ip: string): boolean {
  return /^(127\.|169\.254\.|0\.0\.0\.0$|::$|::1$|fe[89ab])/i.test(ip)
}

function isLoopback(ip: string): boolean {
  return /^(127\.|::1$)/.test(ip)
}
