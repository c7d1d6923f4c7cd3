/** The SHA-256 of a whole blob, computed beside the work that moves its bytes. */
import { createHash } from 'node:crypto'

export interface WholeHasher {
  start(): WholeHash
}

/** The hash of one blob, fed from its first byte to its last. */
export interface WholeHash {
  /** Adds bytes, which stay as they are until it resolves. One call at a time. */
  update(bytes: Uint8Array): Promise<void>
  /** The hash in hexadecimal; nothing can be added afterwards. */
  digest(): Promise<string>
  /** Gives up; harmless after `digest`. */
  abandon(): void
}

/** Computes at once, for the simulated world and for small things. */
export const inlineWholeHasher: WholeHasher = {
  start: () => {
    const hash = createHash('sha256')
    return {
      update: async (bytes) => {
        hash.update(bytes)
      },
      digest: async () => hash.digest('hex'),
      abandon: () => undefined,
    }
  },
}
