// @ts-check
/**
 * The thread that whole-hash.io.ts hands bytes to; the messages are described
 * there. Plain JavaScript: a thread does not inherit what runs TypeScript from
 * its sources, and so the same file serves there and beside the bundle.
 */
import { createHash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

/** @type {Map<number, import('node:crypto').Hash>} */
const hashByJob = new Map()

parentPort?.on('message', (/** @type {import('./whole-hash.io.ts').HashRequest} */ { job, bytes, abandoned }) => {
  const hash = hashByJob.get(job) ?? createHash('sha256')
  if (bytes !== undefined) {
    hashByJob.set(job, hash.update(bytes))
    parentPort?.postMessage({ job })
    return
  }
  hashByJob.delete(job)
  if (abandoned !== true) parentPort?.postMessage({ job, hex: hash.digest('hex') })
})
