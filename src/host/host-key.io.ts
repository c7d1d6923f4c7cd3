/** This host's Ed25519 key: it names the host on the mesh and signs its changesets. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type Disk, IsconfError } from '../base/index.ts'

/** Reads the key at `path`, or makes it at the host's first start. STATE_DAMAGED when the file holds no such key. */
export async function loadHostKey(disk: Disk, path: string): Promise<KeyObject> {
  const pem = await disk.readFile(path)
  if (pem !== undefined) return parseKey(pem, path)
  const { privateKey } = generateKeyPairSync('ed25519')
  await disk.replaceFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return privateKey
}

function parseKey(pem: Uint8Array, path: string): KeyObject {
  try {
    const key = createPrivateKey(Buffer.from(pem))
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // Told below, without the parser's words, which could show key material.
  }
  throw new IsconfError('STATE_DAMAGED', `${path} holds no Ed25519 private key`)
}
