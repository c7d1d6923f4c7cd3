/** A host's Ed25519 key, which signs its changesets, is its identity on the mesh too. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { privateKeyFromRaw, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { invariant } from '../base/index.ts'
import type { PeerId } from './transport.ts'

/** The peer id of whoever holds the private half of an Ed25519 key. Takes either half. */
export function peerIdOf(key: KeyObject): PeerId {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return peerIdFromPublicKey(publicKeyFromRaw(rawHalf(publicKey, 'x'))).toString() as PeerId
}

/** An Ed25519 private key as libp2p wants it. */
export function libp2pKey(hostKey: KeyObject): PrivateKey {
  return privateKeyFromRaw(Buffer.concat([rawHalf(hostKey, 'd'), rawHalf(hostKey, 'x')]))
}

function rawHalf(key: KeyObject, half: 'd' | 'x'): Uint8Array {
  invariant(key.asymmetricKeyType === 'ed25519', 'a host key is an Ed25519 key')
  const encoded = key.export({ format: 'jwk' })[half]
  invariant(encoded !== undefined, 'a private key is given where one is needed')
  return Buffer.from(encoded, 'base64url')
}
