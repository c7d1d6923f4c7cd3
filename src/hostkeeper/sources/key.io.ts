/** Keys by which trees are signed. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { errnoText, IsconfError } from '../../base/index.ts'

/** The Ed25519 key in a PEM file, as openssl writes it. CONFIG. */
export function ed25519Key(kind: 'public' | 'private', path: string): KeyObject {
  let key: KeyObject
  try {
    key = (kind === 'public' ? createPublicKey : createPrivateKey)(readFileSync(path))
  } catch (error) {
    throw new IsconfError('CONFIG', `no ${kind} key in ${path}: ${errnoText(error)}`, { cause: error })
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new IsconfError('CONFIG', `${path} has a key of type ${key.asymmetricKeyType}, not ed25519`)
}
