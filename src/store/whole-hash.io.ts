/** Whole blobs hashed on a thread of their own: SHA-256 costs more than the network does. */
import { readFileSync } from 'node:fs'
import { HashThread, type Job } from './hash-thread.io.ts'
import { inlineWholeHasher, type WholeHash, type WholeHasher } from './whole-hash.ts'

/** Bytes hashed on the main thread before another one is worth its start. */
const inlineBytesMax = 2 * 1024 * 1024
// Beside this file among the sources, and beside the bundle.
const workerFile = new URL('./hash-worker.js', import.meta.url)

/** A hasher with one thread for all blobs, started when it is needed. */
export function workerWholeHasher(): WholeHasher {
  // Kept from the start: when the thread is needed, an operation may have put another release in the file's place.
  const program = new URL(`data:text/javascript,${encodeURIComponent(readFileSync(workerFile, 'utf8'))}`)
  let thread: HashThread | undefined
  const running = (): HashThread => {
    if (thread === undefined || thread.isOver) thread = new HashThread(program)
    return thread
  }
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
    if (this.#earlyBytes <= inlineBytesMax) return
    const early = this.#early
    this.#early = []
    this.#job = this.#thread().start()
    for (const part of early) await this.#job.update(part)
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
