/**
 * A host's Ed25519 key, which signs its changesets, is its identity on the mesh too. Its public name is the peer id of
 * libp2p's specification: the key in a protobuf message, in an identity multihash, in base58.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { base58 } from '@scure/base'
import { invariant } from '../base/index.ts'
import type { PeerId } from './transport.ts'

// An identity multihash of 36 bytes: field 1, the type, is Ed25519; field 2 has the 32 bytes of the key.
const head = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20)
const keyBytes = 32
const idLengthMax = 64

/** The peer id of whoever holds the private half of an Ed25519 key. Takes either half. */
export function peerIdOf(key: KeyObject): PeerId {
  const id = peerIdOfPeer(key.type === 'private' ? createPublicKey(key) : key)
  invariant(id !== undefined, 'a host key is an Ed25519 key')
  return id
}

/** The same for a key that another showed: undefined when it is of another type. */
export function peerIdOfPeer(publicKey: KeyObject): PeerId | undefined {
  if (publicKey.asymmetricKeyType !== 'ed25519') return undefined
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return base58.encode(Buffer.concat([head, Buffer.from(x, 'base64url')])) as PeerId
}

/** The same for a raw public key in base64, as a changeset names it: undefined when it is none. */
export function peerIdOfText(key: string): PeerId | undefined {
  const bytes = Buffer.from(key, 'base64')
  return bytes.length === keyBytes ? (base58.encode(Buffer.concat([head, bytes])) as PeerId) : undefined
}

/** The key that a peer id names; undefined when it names none. */
export function publicKeyOf(peer: string): KeyObject | undefined {
  if (peer.length > idLengthMax || !/^[1-9A-HJ-NP-Za-km-z]+$/.test(peer)) return undefined
  const bytes = Buffer.from(base58.decode(peer))
  if (bytes.length !== head.length + keyBytes || !bytes.subarray(0, head.length).equals(head)) return undefined
  const x = bytes.subarray(head.length).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}
