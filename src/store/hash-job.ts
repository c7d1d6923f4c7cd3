/** One hash on the thread that hashes, and what is said between the two. */
import type { FilePart } from './whole-hash.ts'

/** Bytes to add to a job's hash, where they lie in memory that both threads see; the last ones end the job. */
export interface HashRequest {
  readonly job: number
  /** The slot in which they are, if they are in one. */
  readonly slot?: number
  readonly bytes?: Uint8Array
  /** Bytes that the thread reads itself. */
  readonly file?: FilePart
  readonly isLast?: boolean
  readonly abandoned?: boolean
}

/** Says that the bytes of a request are in, and gives the hash in hexadecimal if they were the last. */
export interface HashReply {
  readonly job: number
  readonly slot?: number
  readonly hex?: string
  /** Why the hash can't be had. */
  readonly failure?: string
}

/** The thread, as a hash on it needs it. */
export interface JobThread {
  post(request: HashRequest): void
  /** Copies some bytes to where the thread sees them, and posts them; says how many. */
  send(job: Job, bytes: Uint8Array): Promise<number>
  ended(job: Job): void
}

/** One hash on the thread. */
export class Job {
  readonly id: number
  readonly #thread: JobThread
  readonly #hex = Promise.withResolvers<string>()
  /** Those who wait until the thread has read memory that both see, in the order of their calls. */
  readonly #reading: PromiseWithResolvers<void>[] = []
  #isSettled = false
  failure: Error | undefined

  constructor(id: number, thread: JobThread) {
    this.id = id
    this.#thread = thread
    // Whoever calls digest() hears of it; before that nobody waits.
    this.#hex.promise.catch(() => undefined)
  }

  async update(bytes: Uint8Array): Promise<void> {
    // An ended job would begin again on the thread and stay there.
    if (this.failure !== undefined) throw this.failure
    if (bytes.buffer instanceof SharedArrayBuffer) return this.#add({ bytes })
    for (let sent = 0; sent < bytes.length; ) sent += await this.#thread.send(this, bytes.subarray(sent))
  }

  /** Adds what the thread reads itself. */
  async updateFrom(file: FilePart): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    return this.#add({ file })
  }

  /** Resolves when the thread has read it. */
  #add(request: Omit<HashRequest, 'job'>): Promise<void> {
    const read = Promise.withResolvers<void>()
    this.#reading.push(read)
    this.#thread.post({ ...request, job: this.id })
    return read.promise
  }

  /** The hash; of `bytes` as well if they are given, which are in memory that both threads see and stay as they are. */
  digest(bytes?: Uint8Array): Promise<string> {
    if (this.failure === undefined) this.#thread.post({ job: this.id, ...(bytes && { bytes }), isLast: true })
    return this.#hex.promise
  }

  abandon(): void {
    if (this.failure !== undefined || this.#isSettled) return
    this.#thread.post({ job: this.id, abandoned: true })
    this.fail(new Error('the hash was abandoned'))
  }

  /** The thread has read what was sent, from memory that both see or from a slot; `hex` is the end. */
  hear(wasShared: boolean, hex: string | undefined): void {
    if (hex === undefined) {
      if (wasShared) this.#reading.shift()?.resolve()
      return
    }
    this.#isSettled = true
    this.#hex.resolve(hex)
    this.#thread.ended(this)
  }

  fail(error: Error): void {
    this.failure ??= error
    this.#isSettled = true
    this.#hex.reject(error)
    for (const read of this.#reading.splice(0)) read.reject(error)
    this.#thread.ended(this)
  }
}
