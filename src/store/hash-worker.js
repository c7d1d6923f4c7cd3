// @ts-check
/**
 * The thread of whole-hash.io.ts, where the messages are described. Plain
 * JavaScript: a thread does not inherit what runs TypeScript from its sources,
 * and so the same file serves there and beside the bundle.
 */
import { createHash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

/** @type {Map<number, import('node:crypto').Hash>} */
const hashByJob = new Map()

parentPort?.on(
  'message',
  (/** @type {import('./hash-thread.io.ts').HashRequest} */ { job, slot, bytes, isLast, abandoned }) => {
    if (abandoned) {
      hashByJob.delete(job)
      return
    }
    const hash = hashByJob.get(job) ?? createHash('sha256')
    if (bytes !== undefined) hash.update(bytes)
    if (isLast) hashByJob.delete(job)
    else hashByJob.set(job, hash)
    parentPort?.postMessage({ job, slot, hex: isLast ? hash.digest('hex') : undefined })
  },
)
