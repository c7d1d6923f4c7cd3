import { subtle } from 'node:crypto'
import type { Hasher } from './hash.ts'

/** Hashes on the thread pool, so that the main thread can go on moving bytes. */
export const threadPoolHasher: Hasher = {
  sha256: async (bytes) => new Uint8Array(await subtle.digest('SHA-256', bytes)),
}
