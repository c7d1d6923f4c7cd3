/** Whole blobs hashed on a thread of their own: SHA-256 costs more than the network does. */
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { inlineWholeHasher, type WholeHash, type WholeHasher } from './whole-hash.ts'

/** Bytes hashed on the main thread before another one is worth its start. */
const inlineBytesMax = 2 * 1024 * 1024
/**
 * Memory that both threads see, through which the bytes go: handing over each
 * portion's own memory instead leaves as much garbage as the blob is long.
 */
const slotBytes = 1024 * 1024
const slotCount = 4
/** A thread costs memory; without work it is ended after this long. */
const idleMsMax = 5_000
// Beside this file among the sources, and beside the bundle.
const workerFile = new URL('./hash-worker.js', import.meta.url)

/** Bytes of a slot to add to a job's hash; without them the job ends, with its hash or abandoned. */
export interface HashRequest {
  readonly job: number
  readonly slot?: number
  readonly length?: number
  readonly abandoned?: boolean
}

/** Says that the bytes of a slot are in, or gives the hash in hexadecimal. */
interface HashReply {
  readonly job: number
  readonly slot?: number
  readonly hex?: string
}

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
    this.#early.push(bytes.slice())
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

class HashThread {
  readonly #worker: Worker
  readonly #slots: readonly Uint8Array[]
  readonly #freeSlots: number[]
  readonly #waiting: (() => void)[] = []
  readonly #jobs = new Map<number, Job>()
  #lastJob = 0
  #idle: NodeJS.Timeout | undefined
  isOver = false

  constructor(program: URL) {
    this.#slots = Array.from({ length: slotCount }, () => new Uint8Array(new SharedArrayBuffer(slotBytes)))
    this.#freeSlots = this.#slots.map((_, index) => index)
    this.#worker = new Worker(program, { workerData: this.#slots })
    this.#worker.on('message', ({ job, slot, hex }: HashReply) => {
      if (slot !== undefined) this.#free(slot)
      if (hex !== undefined) this.#jobs.get(job)?.hear(hex)
    })
    this.#worker.on('error', (error) => this.#end(error as Error))
    this.#worker.on('exit', (code) => this.#end(new Error(`the hash thread ended with ${code}`)))
  }

  start(): Job {
    clearTimeout(this.#idle)
    // Somebody waits for it now; without work a process that is done otherwise does not.
    this.#worker.ref()
    const job = new Job(++this.#lastJob, this)
    this.#jobs.set(job.id, job)
    return job
  }

  post(request: HashRequest): void {
    this.#worker.postMessage(request)
  }

  /** Copies up to a slot's bytes, when one is free, and posts them; says how many. */
  async send(job: Job, bytes: Uint8Array): Promise<number> {
    while (this.#freeSlots.length === 0 && !this.isOver)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    if (job.failure !== undefined) {
      this.#wakeNext()
      throw job.failure
    }
    const slot = this.#freeSlots.pop() as number
    const part = bytes.subarray(0, slotBytes)
    this.#slots[slot]?.set(part)
    this.post({ job: job.id, slot, length: part.length })
    return part.length
  }

  ended(job: Job): void {
    this.#jobs.delete(job.id)
    if (this.#jobs.size > 0 || this.isOver) return
    this.#worker.unref()
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      this.isOver = true
      void this.#worker.terminate()
    }, idleMsMax).unref()
  }

  #free(slot: number): void {
    this.#freeSlots.push(slot)
    this.#wakeNext()
  }

  #wakeNext(): void {
    this.#waiting.shift()?.()
  }

  #end(error: Error): void {
    this.isOver = true
    clearTimeout(this.#idle)
    for (const job of [...this.#jobs.values()]) job.fail(error)
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

/** One blob's hash on the thread. */
class Job {
  readonly id: number
  readonly #thread: HashThread
  readonly #hex: Promise<string>
  #settle: { resolve: (hex: string) => void; reject: (error: Error) => void } | undefined
  failure: Error | undefined

  constructor(id: number, thread: HashThread) {
    this.id = id
    this.#thread = thread
    this.#hex = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    // Whoever calls digest() hears of it; before that nobody waits.
    this.#hex.catch(() => undefined)
  }

  async update(bytes: Uint8Array): Promise<void> {
    // An ended job would begin again on the thread and stay there.
    if (this.failure !== undefined) throw this.failure
    for (let sent = 0; sent < bytes.length; ) sent += await this.#thread.send(this, bytes.subarray(sent))
  }

  digest(): Promise<string> {
    if (this.failure === undefined) this.#thread.post({ job: this.id })
    return this.#hex
  }

  abandon(): void {
    if (this.failure !== undefined || this.#settle === undefined) return
    this.#thread.post({ job: this.id, abandoned: true })
    this.fail(new Error('the hash was abandoned'))
  }

  hear(hex: string): void {
    this.#settle?.resolve(hex)
    this.#settle = undefined
    this.#thread.ended(this)
  }

  fail(error: Error): void {
    this.failure ??= error
    this.#settle?.reject(error)
    this.#settle = undefined
    this.#thread.ended(this)
  }
}
