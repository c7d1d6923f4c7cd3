import { subtle } from 'node:crypto'
import type { Hasher } from './hash.ts'

/** Hashes on the thread pool, so that the main thread can go on moving bytes. */
export const threadPoolHasher: Hasher = {
  sha256: async (bytes) => {
    // It takes no memory that several threads see.
    const own = bytes.buffer instanceof SharedArrayBuffer ? Uint8Array.from(bytes) : bytes
    return new Uint8Array(await subtle.digest('SHA-256', own as Uint8Array<ArrayBuffer>))
  },
}
