/**
 * What arrives on a Node stream, portion by portion. Node's own iterator makes half a dozen promises of each portion, and
 * a file of 256 MiB comes in thirty thousand: so what is read into memory of the reader's own goes there at once, without
 * any.
 */
import type { Readable } from 'node:stream'

/** How much is taken off the stream before it has to wait for the reader. */
const queuedBytesMax = 256 * 1024

interface Filling {
  readonly into: Uint8Array
  filled: number
  readonly onBytes: (bytes: number) => void
}

/** Reads a stream, once. When its reader gives up, the rest is dropped, and the stream is not destroyed. */
export class IncomingBytes implements AsyncIterableIterator<Uint8Array> {
  readonly #stream: Readable
  readonly #failure: () => Error | undefined
  readonly #queue: Uint8Array[] = []
  #queuedBytes = 0
  #filling: Filling | undefined
  #hasBegun = false
  #isOver = false
  #isGivenUp = false
  #wake: () => void = () => undefined

  /** `failure` is asked when the stream is over: undefined if it ended as it should. */
  constructor(stream: Readable, failure: () => Error | undefined) {
    this.#stream = stream
    this.#failure = failure
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.#begin()
    while (this.#queue.length === 0 && !this.#isOver) await this.#woken()
    const value = this.#fromQueue()
    return value === undefined ? this.#end() : { value, done: false }
  }

  /** Fills `into`, and says how much of it: less only at the end. `onBytes` hears how large each portion is. */
  async fill(into: Uint8Array, onBytes: (bytes: number) => void): Promise<number> {
    this.#begin()
    const filling = { into, onBytes, filled: 0 }
    while (filling.filled < into.length && this.#queue.length > 0)
      this.#fill(filling, this.#fromQueue() as Uint8Array, false)
    if (filling.filled < into.length && !this.#isOver) {
      this.#filling = filling
      await this.#woken()
      this.#filling = undefined
    }
    if (filling.filled < into.length) this.#end()
    return filling.filled
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#isGivenUp = true
    this.#over()
    this.#stream.resume()
    return { value: undefined, done: true }
  }

  /** Takes a portion of a stream that gives them in other ways than by 'data'; `isLent` if they are its own again soon. */
  take(chunk: Uint8Array, isLent = false): void {
    if (this.#isGivenUp) return
    const filling = this.#filling
    if (filling === undefined) this.#keep(chunk, isLent)
    else {
      this.#fill(filling, chunk, isLent)
      if (filling.filled < filling.into.length) return
      this.#filling = undefined
    }
    this.#wake()
  }

  /**
   * The memory that a reader waits for; undefined if none waits. What comes there is not copied. Who was given it may
   * write to it until the reader has it full or the stream is over.
   */
  wanted(): Uint8Array | undefined {
    const filling = this.#filling
    return filling && filling.filled < filling.into.length ? filling.into.subarray(filling.filled) : undefined
  }

  #begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    const stream = this.#stream
    stream.once('end', () => this.#over())
    // Of a stream that was aborted nothing more is read.
    stream.once('close', () => {
      if (!stream.readableEnded) this.#queue.length = 0
      this.#over()
    })
    if (stream.destroyed || stream.readableEnded) this.#over()
    else stream.on('data', (chunk: Uint8Array) => this.take(chunk))
  }

  /** Copies what there is room for, and keeps the rest. */
  #fill(filling: Filling, chunk: Uint8Array, isLent: boolean): void {
    const part = chunk.subarray(0, filling.into.length - filling.filled)
    if (!isPlaced(part, filling)) filling.into.set(part, filling.filled)
    filling.filled += part.length
    filling.onBytes(part.length)
    if (part.length < chunk.length) this.#keep(chunk.subarray(part.length), isLent, 'unshift')
  }

  #keep(chunk: Uint8Array, isLent: boolean, where: 'push' | 'unshift' = 'push'): void {
    this.#queue[where](isLent ? Uint8Array.from(chunk) : chunk)
    this.#queuedBytes += chunk.length
    if (this.#queuedBytes >= queuedBytesMax) this.#stream.pause()
  }

  #fromQueue(): Uint8Array | undefined {
    const chunk = this.#queue.shift()
    if (chunk === undefined) return undefined
    this.#queuedBytes -= chunk.length
    if (this.#queuedBytes < queuedBytesMax / 2 && this.#stream.isPaused()) this.#stream.resume()
    return chunk
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #over(): void {
    this.#isOver = true
    if (this.#isGivenUp) this.#queue.length = 0
    this.#wake()
  }

  #end(): IteratorResult<Uint8Array> {
    const failure = this.#isGivenUp ? undefined : this.#failure()
    if (failure !== undefined) throw failure
    return { value: undefined, done: true }
  }
}

/** Whether a portion came where it is wanted. */
function isPlaced(part: Uint8Array, { into, filled }: Filling): boolean {
  return part.buffer === into.buffer && part.byteOffset === into.byteOffset + filled
}
