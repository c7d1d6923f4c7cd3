/** One end of a stream on a simulated connection, with back-pressure. */
import type { PeerId, PeerStream } from '../../src/mesh/transport.ts'

/** What a writer may have on its way and unread before it waits. */
const windowBytes = 256 * 1024

export interface SimStreamOptions {
  readonly peer: PeerId
  /** Has something happen at the other side, in order, unless the connection is lost before. */
  readonly sendAway: (arrive: () => void) => void
  /** This side writes; `isFirst` when it has written nothing before. */
  readonly onWrite: (bytes: Buffer, isFirst: boolean) => void
  readonly onDone: (stream: SimStream) => void
}

export class SimStream implements PeerStream {
  readonly peer: PeerId
  readonly incoming: AsyncIterable<Uint8Array>
  #other: SimStream | undefined
  readonly #arrived: Uint8Array[] = []
  #ended = false
  #writeClosed = false
  #failure: Error | undefined
  #discarding = false
  #outstandingBytes = 0
  readonly #waiting: (() => void)[] = []
  /** Rejects when the stream is aborted or its connection lost. */
  readonly failed: Promise<never>
  #rejectFailed: (reason: Error) => void = () => undefined

  readonly #options: SimStreamOptions
  #hasWritten = false

  constructor(options: SimStreamOptions) {
    this.#options = options
    this.peer = options.peer
    this.failed = new Promise((_resolve, reject) => {
      this.#rejectFailed = reject
    })
    this.failed.catch(() => undefined)
    this.incoming = { [Symbol.asyncIterator]: () => this.#read() }
  }

  join(other: SimStream): void {
    this.#other = other
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#writeClosed) throw new Error('stream is closed for writing')
    this.#outstandingBytes += bytes.length
    // A copy: the writer may use its memory again once it is sent.
    const copy = Buffer.from(bytes)
    this.#options.onWrite(copy, !this.#hasWritten)
    this.#hasWritten = true
    this.#send((other) => other.#arrive(copy))
    while (this.#outstandingBytes >= windowBytes && this.#failure === undefined) await this.#change()
    if (this.#failure !== undefined) throw this.#failure
  }

  async sent(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
  }

  async closeWrite(): Promise<void> {
    if (this.#writeClosed || this.#failure !== undefined) return
    this.#writeClosed = true
    this.#send((other) => other.#finish())
    this.#changed()
  }

  abort(reason: Error): void {
    if (this.#failure !== undefined || (this.#writeClosed && this.#ended)) return
    this.#send((other) => other.fail(new Error('stream aborted by the other side')))
    this.fail(reason)
  }

  /** Nothing more is read: what arrives is dropped, so that the other side's writes do not wait for ever. */
  discard(): void {
    this.#discarding = true
    for (const bytes of this.#arrived.splice(0)) this.#credit(bytes.length)
  }

  fail(reason: Error): void {
    if (this.#failure !== undefined || (this.#writeClosed && this.#ended)) return
    this.#failure = reason
    this.#rejectFailed(reason)
    // What the other side had said completely stays readable.
    if (!this.#ended) this.#arrived.length = 0
    this.#changed()
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const bytes = this.#arrived.shift()
        if (bytes !== undefined) {
          yield bytes
          this.#credit(bytes.length)
        } else if (this.#ended) return
        else if (this.#failure !== undefined) throw this.#failure
        else await this.#change()
      }
    } finally {
      this.discard()
    }
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#discarding) this.#credit(bytes.length)
    else this.#arrived.push(bytes)
    this.#changed()
  }

  #finish(): void {
    this.#ended = true
    this.#changed()
  }

  #credit(count: number): void {
    this.#send((other) => {
      other.#outstandingBytes -= count
      other.#changed()
    })
  }

  #send(arrive: (other: SimStream) => void): void {
    this.#options.sendAway(() => {
      if (this.#other !== undefined) arrive(this.#other)
    })
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #changed(): void {
    if (this.#failure !== undefined || (this.#ended && this.#writeClosed)) this.#options.onDone(this)
    for (const wake of this.#waiting.splice(0)) wake()
  }
}
