/** A thread that hashes, and the way of the bytes to it. */
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { type HashReply, type HashRequest, Job, type JobThread } from './hash-job.ts'

/**
 * Memory that both threads see, through which bytes go that are in memory of one thread: handing over each portion's own
 * memory instead leaves as much garbage as the blob is long.
 */
const slotBytes = 1024 * 1024
const slotCount = 4
/** A thread costs memory; without work it is ended after this long. */
const idleMsMax = 5_000

// Beside this file among the sources, and beside the bundle.
const workerFile = new URL('./hash-worker.js', import.meta.url)

/** Gives a thread, which is started when it is needed, and again after it has ended. */
export function hashThreads(): () => HashThread {
  // Kept from the start: when the thread is needed, an operation may have put another release in the file's place.
  const program = new URL(`data:text/javascript,${encodeURIComponent(readFileSync(workerFile, 'utf8'))}`)
  let thread: HashThread | undefined
  return () => {
    if (thread === undefined || thread.isOver) thread = new HashThread(program)
    return thread
  }
}

export class HashThread implements JobThread {
  readonly #worker: Worker
  readonly #slots: Uint8Array[] = []
  readonly #freeSlots: number[] = []
  readonly #waiting: (() => void)[] = []
  readonly #jobs = new Map<number, Job>()
  #lastJob = 0
  #idle: NodeJS.Timeout | undefined
  isOver = false
  /** Whether it has begun to work; what is sent before waits for that. */
  isRunning = false

  constructor(program: URL) {
    this.#worker = new Worker(program)
    this.#worker.on('message', ({ job, slot, hex, failure }: HashReply) => {
      if (failure !== undefined) return this.#jobs.get(job)?.fail(new Error(failure))
      if (slot !== undefined) this.#free(slot)
      this.#jobs.get(job)?.hear(slot === undefined, hex)
    })
    this.#worker.once('online', () => {
      this.isRunning = true
    })
    this.#worker.on('error', (error) => this.#end(error as Error))
    this.#worker.on('exit', (code) => this.#end(new Error(`the hash thread ended with ${code}`)))
    this.#rest()
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
    while (this.#freeSlots.length === 0 && this.#slots.length === slotCount && !this.isOver)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    if (job.failure !== undefined) {
      this.#wakeNext()
      throw job.failure
    }
    const index = this.#freeSlots.pop() ?? this.#slots.push(new Uint8Array(new SharedArrayBuffer(slotBytes))) - 1
    const part = bytes.subarray(0, slotBytes)
    const slot = (this.#slots[index] as Uint8Array).subarray(0, part.length)
    slot.set(part)
    this.post({ job: job.id, slot: index, bytes: slot })
    return part.length
  }

  ended(job: Job): void {
    this.#jobs.delete(job.id)
    if (this.#jobs.size === 0 && !this.isOver) this.#rest()
  }

  #rest(): void {
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
