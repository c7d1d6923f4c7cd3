/** Whole blobs hashed on a thread of their own: SHA-256 costs more than the network does. */
import { Worker } from 'node:worker_threads'
import { inlineWholeHasher, type WholeHash, type WholeHasher } from './whole-hash.ts'

/** Bytes hashed on the main thread before another one is worth its start. */
const inlineBytesMax = 2 * 1024 * 1024
/** Portions on their way to the thread, so that a fast disk does not fill the memory. */
const outstandingMax = 4
/** A thread costs memory; without work it is ended after this long. */
const idleMsMax = 5_000

// Beside this file among the sources, and beside the bundle.
const workerFile = new URL('./hash-worker.js', import.meta.url)

/** Bytes to add to a job's hash; without them the job ends, with its hash or abandoned. */
export interface HashRequest {
  readonly job: number
  readonly bytes?: Uint8Array
  readonly abandoned?: boolean
}

/** Says that one portion of bytes is in, or gives the hash in hexadecimal. */
interface HashReply {
  readonly job: number
  readonly hex?: string
}

/** A hasher with one thread for all blobs, started when it is needed. */
export function workerWholeHasher(): WholeHasher {
  const thread = new HashThread()
  return { start: () => new WorkerWholeHash(thread) }
}

class WorkerWholeHash implements WholeHash {
  readonly #thread: HashThread
  /** What has come while a thread was not worth its start. */
  #early: Uint8Array[] = []
  #earlyBytes = 0
  #job: Job | undefined

  constructor(thread: HashThread) {
    this.#thread = thread
  }

  async update(bytes: Uint8Array): Promise<void> {
    if (this.#job !== undefined) return this.#job.update(bytes)
    this.#early.push(bytes)
    this.#earlyBytes += bytes.length
    if (this.#earlyBytes <= inlineBytesMax) return
    const job = this.#thread.start()
    this.#job = job
    const early = this.#early
    this.#early = []
    for (const part of early) await job.update(part)
  }

  async digest(): Promise<string> {
    if (this.#job !== undefined) return this.#job.digest()
    const hash = inlineWholeHasher.start()
    for (const part of this.#early) await hash.update(part)
    return hash.digest()
  }

  abandon(): void {
    this.#early = []
    this.#job?.abandon()
  }
}

class HashThread {
  #worker: Worker | undefined
  #lastJob = 0
  readonly #jobs = new Map<number, Job>()
  #idle: NodeJS.Timeout | undefined

  start(): Job {
    clearTimeout(this.#idle)
    const worker = this.#worker ?? this.#startWorker()
    // Somebody waits for it now; without work a process that is done otherwise does not.
    worker.ref()
    const id = ++this.#lastJob
    const job = new Job(
      (request, transfer) => worker.postMessage({ job: id, ...request } satisfies HashRequest, transfer),
      () => this.#ended(id),
    )
    this.#jobs.set(id, job)
    return job
  }

  #startWorker(): Worker {
    const worker = new Worker(workerFile)
    this.#worker = worker
    worker.on('message', ({ job, hex }: HashReply) => this.#jobs.get(job)?.hear(hex))
    const lost = (error: Error): void => {
      if (this.#worker === worker) this.#worker = undefined
      for (const job of this.#jobs.values()) job.fail(error)
    }
    worker.on('error', lost)
    worker.on('exit', (code) => {
      if (this.#worker === worker) lost(new Error(`the hash thread ended with ${code}`))
    })
    return worker
  }

  #ended(id: number): void {
    this.#jobs.delete(id)
    if (this.#jobs.size > 0) return
    this.#worker?.unref()
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      const worker = this.#worker
      this.#worker = undefined
      void worker?.terminate()
    }, idleMsMax).unref()
  }
}

type Post = (request: Omit<HashRequest, 'job'>, transfer: ArrayBuffer[]) => void

/** One blob's hash on the thread. */
class Job {
  readonly #post: Post
  readonly #ended: () => void
  #outstanding = 0
  #failure: Error | undefined
  #wake: () => void = () => undefined
  #hex: string | undefined

  constructor(post: Post, ended: () => void) {
    this.#post = post
    this.#ended = ended
  }

  async update(bytes: Uint8Array): Promise<void> {
    // An ended job would begin again on the thread and stay there.
    if (this.#failure !== undefined) throw this.#failure
    this.#outstanding++
    // A slice of something larger is copied, for its neighbours stay here.
    const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
    this.#post({ bytes: own }, [own.buffer as ArrayBuffer])
    await this.#until(() => this.#outstanding < outstandingMax)
  }

  async digest(): Promise<string> {
    this.#post({}, [])
    await this.#until(() => this.#hex !== undefined)
    this.#ended()
    return this.#hex as string
  }

  abandon(): void {
    if (this.#hex !== undefined || this.#failure !== undefined) return
    this.#post({ abandoned: true }, [])
    this.fail(new Error('the hash was abandoned'))
  }

  hear(hex: string | undefined): void {
    if (hex === undefined) this.#outstanding--
    else this.#hex = hex
    this.#wake()
  }

  fail(error: Error): void {
    this.#failure ??= error
    this.#ended()
    this.#wake()
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#failure !== undefined) throw this.#failure
  }
}
