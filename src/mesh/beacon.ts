/**
 * What a host says on its local network: that a host of the domain listens here. Only a host that knows the domain, and
 * its key if it has one, can say it; and all that follows from it is a dial to the host that it names.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Member } from './admission.ts'
import { publicKeyOf } from './peer-id.ts'
import type { PeerId } from './transport.ts'

export interface Beacon {
  readonly peer: PeerId
  /** The TCP port it listens on, at the address that the beacon comes from. */
  readonly port: number
}

/** A beacon is shorter than this: nothing longer is looked at. */
export const beaconBytesMax = 512

/** The bytes of a beacon. */
export function encodeBeacon({ peer, port }: Beacon, { domain, keys }: Member): Uint8Array {
  const { proves } = keys()
  return Buffer.from(['isconf-beacon-1', tagOf(domain), peer, port, proofOf(domain, { peer, port }, proves)].join(' '))
}

/** Why a beacon is not from a member. */
export type BeaconMismatch = 'other domain' | 'other key'

/** Who sent something that is no beacon of a member; undefined if it is no beacon at all. */
export interface StrangersBeacon {
  readonly peer: PeerId
  readonly mismatch: BeaconMismatch
}

/** What a datagram says; undefined when it is no beacon. */
export function decodeBeacon(bytes: Uint8Array, { domain, keys }: Member): Beacon | StrangersBeacon | undefined {
  if (bytes.length > beaconBytesMax) return undefined
  const words = Buffer.from(bytes).toString('latin1').split(' ')
  const [kind, tag, peer = '', port = '', proof = '', ...more] = words
  if (kind !== 'isconf-beacon-1' || more.length > 0) return undefined
  if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535 || publicKeyOf(peer) === undefined) return undefined
  const said = { peer: peer as PeerId, port: Number(port) }
  if (tag !== tagOf(domain)) return { peer: said.peer, mismatch: 'other domain' }
  const { accepts, acceptsAny } = keys()
  // Read as it was: what is no ASCII has two bytes in another encoding.
  const shown = Buffer.from(proof, 'latin1')
  const isProved = (key: string | undefined): boolean => {
    const expected = Buffer.from(proofOf(domain, said, key))
    return expected.length === shown.length && timingSafeEqual(expected, shown)
  }
  // As at admission, a host that asks for no key takes any, and then there is nothing to check.
  if (accepts.length === 0 || acceptsAny) return said
  return accepts.filter(isProved).length > 0 ? said : { peer: said.peer, mismatch: 'other key' }
}

/** Hosts of a domain look only for its tag, which does not tell the domain's name to the rest of the network. */
function tagOf(domain: string): string {
  return createHash('sha256').update(`isconf beacon ${domain}`).digest('hex').slice(0, 16)
}

function proofOf(domain: string, { peer, port }: Beacon, key: string | undefined): string {
  return createHmac('sha256', key ?? '')
    .update(`isconf beacon 1\0${domain}\0${peer}\0${port}`)
    .digest('hex')
}
