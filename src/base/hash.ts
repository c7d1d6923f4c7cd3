/** SHA-256, the one hash of the project. */
import { createHash } from 'node:crypto'

export interface Hasher {
  /** The SHA-256 of `bytes`, computed off the main thread where there is another. */
  sha256(bytes: Uint8Array): Promise<Uint8Array>
}

/** The SHA-256 of `data` in lower-case hexadecimal, at once: for small things. */
export function sha256Hex(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex')
}

/** A hasher that computes at once, for tests and the simulated world. */
export const inlineHasher: Hasher = {
  sha256: (bytes) => Promise.resolve(new Uint8Array(createHash('sha256').update(bytes).digest())),
}
