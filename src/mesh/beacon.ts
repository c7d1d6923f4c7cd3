/**
 * What a host says to whoever is on its local network: that a host of the domain listens here. Anybody can say it, and
 * nothing follows from it but a dial to the host that it names: only at admission anything is proved.
 */
import { createHash } from 'node:crypto'
import { publicKeyOf } from './peer-id.ts'
import type { PeerId } from './transport.ts'

export interface Beacon {
  readonly peer: PeerId
  /** The TCP port it listens on, at the address that the beacon comes from. */
  readonly port: number
  /** Whether it is of the domain that was asked for. */
  readonly isOfDomain: boolean
}

/** A beacon is shorter than this: nothing longer is looked at. */
export const beaconBytesMax = 512

/**
 * The words it begins with in this release, and in those of the admission before it, which had a fifth word: such a host
 * is dialed, too, so that both learn at admission that their releases do not go together.
 */
const [kind, olderKind] = ['isconf-beacon-2', 'isconf-beacon-1']

/** The bytes of a beacon. */
export function encodeBeacon(peer: PeerId, port: number, domain: string): Uint8Array {
  return Buffer.from([kind, tagOf(domain), peer, port].join(' '))
}

/** What a datagram says, to a host of this domain; undefined when it is no beacon. */
export function decodeBeacon(bytes: Uint8Array, domain: string): Beacon | undefined {
  if (bytes.length > beaconBytesMax) return undefined
  const words = Buffer.from(bytes).toString('latin1').split(' ')
  const [said, tag, peer = '', port = ''] = words
  if (!(said === kind && words.length === 4) && !(said === olderKind && words.length === 5)) return undefined
  if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535 || publicKeyOf(peer) === undefined) return undefined
  return { peer: peer as PeerId, port: Number(port), isOfDomain: tag === tagOf(domain) }
}

/** Hosts of a domain look only for its tag, which does not tell the domain's name to the rest of the network. */
function tagOf(domain: string): string {
  return createHash('sha256').update(`isconf beacon ${domain}`).digest('hex').slice(0, 16)
}
