/** Host keys that a word repeats. */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { sha256Hex } from '../../src/base/index.ts'

/** The same Ed25519 key for the same words. */
export function keyFrom(words: string): KeyObject {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  const der = Buffer.concat([prefix, Buffer.from(sha256Hex(words), 'hex')])
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}
