/** A thread that hashes, and the way of the bytes to it. */
import { Worker } from 'node:worker_threads'

/**
 * Memory that both threads see, through which the bytes go: handing over each
 * portion's own memory instead leaves as much garbage as the blob is long.
 */
const slotBytes = 1024 * 1024
const slotCount = 4
/** A thread costs memory; without work it is ended after this long. */
const idleMsMax = 5_000

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

export class HashThread {
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
export class Job {
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
