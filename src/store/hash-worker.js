// @ts-check
/**
 * The thread of whole-hash.io.ts, where the messages are described. Plain
 * JavaScript: a thread does not inherit what runs TypeScript from its sources,
 * and so the same file serves there and beside the bundle.
 */
import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'

/** @type {Map<number, import('node:crypto').Hash>} */
const hashByJob = new Map()

/** What is read from files. */
const memory = new Uint8Array(1024 * 1024)

parentPort?.on('message', (/** @type {import('./hash-job.ts').HashRequest} */ request) => {
  const { job, slot, bytes, file, isLast, abandoned } = request
  if (abandoned) {
    hashByJob.delete(job)
    return
  }
  const hash = hashByJob.get(job) ?? createHash('sha256')
  try {
    if (bytes !== undefined) hash.update(bytes)
    if (file !== undefined) addFile(hash, file)
  } catch (error) {
    hashByJob.delete(job)
    parentPort?.postMessage({ job, failure: error instanceof Error ? error.message : `${error}` })
    return
  }
  if (isLast) hashByJob.delete(job)
  else hashByJob.set(job, hash)
  parentPort?.postMessage({ job, slot, hex: isLast ? hash.digest('hex') : undefined })
})

/**
 * @param {import('node:crypto').Hash} hash
 * @param {import('./whole-hash.ts').FilePart} part
 */
function addFile(hash, { descriptor, position, length }) {
  for (let done = 0; done < length; ) {
    const count = readSync(descriptor, memory, 0, Math.min(memory.length, length - done), position + done)
    if (count === 0) throw new Error(`a file has no ${length} bytes at ${position}`)
    hash.update(memory.subarray(0, count))
    done += count
  }
}
