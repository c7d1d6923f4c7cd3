// @ts-check
/**
 * The thread of whole-hash.io.ts, where the messages are described. Plain
 * JavaScript: a thread does not inherit what runs TypeScript from its sources,
 * and so the same file serves there and beside the bundle.
 */
import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'

/** @type {Map<number, import('node:crypto').Hash>} */
const hashByJob = new Map()
/** @type {readonly Uint8Array[]} */
const slots = workerData

parentPort?.on(
  'message',
  (/** @type {import('./hash-thread.io.ts').HashRequest} */ { job, slot, length, abandoned }) => {
    const hash = hashByJob.get(job) ?? createHash('sha256')
    if (slot !== undefined) {
      hashByJob.set(job, hash.update(slots[slot].subarray(0, length)))
      parentPort?.postMessage({ job, slot })
      return
    }
    hashByJob.delete(job)
    if (abandoned !== true) parentPort?.postMessage({ job, hex: hash.digest('hex') })
  },
)
