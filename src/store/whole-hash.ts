/** The SHA-256 of a whole blob, computed beside the work that moves its bytes. */
import { createHash } from 'node:crypto'

export interface WholeHasher {
  start(): WholeHash
}

/** The hash of one blob, fed from its first byte to its last. */
export interface WholeHash {
  /** Adds bytes, which stay as they are until it resolves. One call at a time. */
  update(bytes: Uint8Array): Promise<void>
  /**
   * Adds bytes of a file, read where they are hashed; they, and the descriptor, stay as they are until it resolves. For
   * who can't do that it is absent.
   */
  updateFrom?(part: FilePart): Promise<void>
  /** The hash in hexadecimal; nothing can be added afterwards. */
  digest(): Promise<string>
  /** Gives up; harmless after `digest`. */
  abandon(): void
}

/** Bytes of an open file. */
export interface FilePart {
  readonly descriptor: number
  readonly position: number
  readonly length: number
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
