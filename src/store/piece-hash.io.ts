/** Pieces hashed on a thread of their own, where they lie in memory that both threads see. */

import { threadPoolHasher } from '../base/hash.io.ts'
import { type Hasher, pieceBytes } from '../base/index.ts'
import { type HashThread, hashThreads } from './hash-thread.io.ts'

/** So much is hashed on Node's threads, each piece of it copied, before another thread is worth its start. */
const pooledBytesMax = 4 * pieceBytes

/**
 * A hasher with one thread for all pieces, started when it is needed; `begin` gives one that others use, too. What is in
 * other memory goes to Node's threads.
 */
export function workerPieceHasher(begin = hashThreads()): Hasher {
  let thread: HashThread | undefined
  let pooledBytes = 0
  return {
    sha256: async (bytes) => {
      if (thread?.isOver) {
        thread = undefined
        pooledBytes = 0
      }
      if (bytes.buffer instanceof SharedArrayBuffer && pooledBytes >= pooledBytesMax) {
        thread ??= begin()
        if (thread.isRunning) return Buffer.from(await thread.start().digest(bytes), 'hex')
      }
      pooledBytes += bytes.length
      return threadPoolHasher.sha256(bytes)
    },
  }
}
