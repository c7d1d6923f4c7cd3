/** The frame that opens a stream of a peer: two lengths of a byte, the peer, the protocol, and what is said first. */
import type { PeerId } from '../mesh/index.ts'
import { peerPattern } from './messages.ts'
import { WireError } from './wire.ts'

const headBytes = 2

export interface Opening {
  readonly peer: PeerId
  readonly protocol: string
  /** May be nothing. */
  readonly first: Uint8Array
}

export function encodeOpening({ peer, protocol, first }: Opening): Buffer {
  const head = Buffer.from([peer.length, protocol.length])
  return Buffer.concat([head, Buffer.from(peer + protocol, 'latin1'), first])
}

/** WireError when it is none. */
export function decodeOpening(frame: Buffer): Opening {
  const [peerBytes = 0, protocolBytes = 0] = frame
  const protocolAt = headBytes + peerBytes
  const firstAt = protocolAt + protocolBytes
  const peer = frame.toString('latin1', headBytes, protocolAt)
  if (!peerPattern.test(peer) || firstAt > frame.length) throw new WireError('a stream of no peer or protocol')
  return {
    peer: peer as PeerId,
    protocol: frame.toString('latin1', protocolAt, firstAt),
    first: frame.subarray(firstAt),
  }
}
