/**
 * Addresses of the mesh as text, in the form of multiaddrs: /ip4/10.0.0.2/tcp/65027, /ip6/…, /dns/NAME/…, and behind
 * that, where it is known who listens there, /p2p/ID. A host that is reached over another one is at
 * /p2p/OTHER/p2p-circuit/p2p/ID.
 */
import type { PeerId } from './transport.ts'

export interface MeshAddress {
  /** An IP address without brackets, or a name. */
  readonly host: string
  readonly port: number
  /** Who must answer there; undefined if any member of the domain may. */
  readonly peer: PeerId | undefined
}

/** Takes an address apart; undefined when it is none. */
export function parseAddress(text: string): MeshAddress | undefined {
  const [, kind, host = '', port, , peer] =
    text.match(/^\/(ip4|ip6|dns)\/([^/\s]+)\/tcp\/(\d{1,5})(\/p2p\/(\w+))?$/) ?? []
  const allowed = { ip4: /^[\d.]+$/, ip6: /^[0-9A-Fa-f:.]+(%[\w.-]+)?$/, dns: /^[\w.-]+$/ }
  if (kind === undefined || !allowed[kind as keyof typeof allowed].test(host)) return undefined
  if (Number(port) < 1 || Number(port) > 65_535) return undefined
  return { host, port: Number(port), peer: peer as PeerId | undefined }
}

/** The address of an IP address and a port, and of who listens there. An IPv4 address that came as IPv6 is one of IPv4. */
export function addressText(ip: string, port: number, peer?: PeerId): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '')
  const who = peer === undefined ? '' : `/p2p/${peer}`
  return `/${plain.includes(':') ? 'ip6' : 'ip4'}/${plain}/tcp/${port}${who}`
}

/** The address of a host that is reached over another one. */
export interface RelayedAddress {
  /** Who passes on what the two say. */
  readonly via: PeerId
  readonly peer: PeerId
}

/** Takes the address of a host that is reached over another one apart; undefined when it is none. */
export function parseRelayed(text: string): RelayedAddress | undefined {
  const [, via, peer] = text.match(/^\/p2p\/(\w+)\/p2p-circuit\/p2p\/(\w+)$/) ?? []
  return via === undefined ? undefined : { via: via as PeerId, peer: peer as PeerId }
}

export function relayedAddress({ via, peer }: RelayedAddress): string {
  return `/p2p/${via}/p2p-circuit/p2p/${peer}`
}
