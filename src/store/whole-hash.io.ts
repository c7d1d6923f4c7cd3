/** Whole blobs hashed on a thread of their own: SHA-256 costs more than the network does. */
import type { Job } from './hash-job.ts'
import { type HashThread, hashThreads } from './hash-thread.io.ts'
import { type FilePart, inlineWholeHasher, type WholeHash, type WholeHasher } from './whole-hash.ts'

/** Bytes hashed on the main thread before another one is worth its start. */
const inlineBytesMax = 2 * 1024 * 1024

/** A hasher with one thread for all blobs, started when it is needed; `running` gives one that others use, too. */
export function workerWholeHasher(running = hashThreads()): WholeHasher {
  return { start: () => new WorkerWholeHash(running) }
}

class WorkerWholeHash implements WholeHash {
  readonly #thread: () => HashThread
  /** The hash as long as no thread is worth its start. */
  #inline = inlineWholeHasher.start()
  #early: Uint8Array[] = []
  #earlyBytes = 0
  #job: Job | undefined

  constructor(thread: () => HashThread) {
    this.#thread = thread
  }

  async update(bytes: Uint8Array): Promise<void> {
    if (this.#job !== undefined) return this.#job.update(bytes)
    this.#early.push(Uint8Array.from(bytes))
    this.#earlyBytes += bytes.length
    if (this.#earlyBytes > inlineBytesMax) await this.#begin()
  }

  async updateFrom(part: FilePart): Promise<void> {
    const job = this.#job ?? (await this.#begin())
    return job.updateFrom(part)
  }

  /** Moves to the thread. */
  async #begin(): Promise<Job> {
    const early = this.#early
    this.#early = []
    const job = this.#thread().start()
    this.#job = job
    for (const part of early) await job.update(part)
    return job
  }

  async digest(): Promise<string> {
    if (this.#job !== undefined) return this.#job.digest()
    for (const part of this.#early) await this.#inline.update(part)
    return this.#inline.digest()
  }

  abandon(): void {
    this.#early = []
    this.#job?.abandon()
  }
}
