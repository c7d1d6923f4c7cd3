/**
 * One libp2p stream as a PeerStream, with back-pressure both ways.
 *
 * Three traits of @libp2p/utils 7.4 decide its form:
 * - `resume()` re-opens the window after it has emitted what was buffered, so a
 *   `pause()` from within is undone: pausing waits until `resume()` returned.
 * - A connection that is lost ends a stream like a side that has finished
 *   (`end` without `remoteCloseWrite`): only the latter is an end here.
 * - `onDrain()` resolves at once for ever after its first drain: the event is
 *   waited for instead.
 */
import type { Stream } from '@libp2p/interface'
import type { PeerId, PeerStream } from './transport.ts'

/** Received and unread at which the other side is told to wait, and at which it may go on. */
const pauseAtBytes = 1024 * 1024
const resumeBelowBytes = 256 * 1024
/** How long a stream whose service is over waits for the other side to finish before it is reset. */
const lingerMsMax = 30_000

export class Libp2pStream implements PeerStream {
  readonly peer: PeerId
  readonly incoming: AsyncIterable<Uint8Array>
  readonly #stream: Stream
  readonly #arrived: Uint8Array[] = []
  #unreadBytes = 0
  #finished: boolean
  #ended = false
  #readFailure: Error | undefined
  #writeFailure: Error | undefined
  #resuming = false
  #discarding = false
  #wakeReader: () => void = () => undefined

  constructor(stream: Stream, peer: PeerId) {
    this.peer = peer
    this.#stream = stream
    this.#finished = stream.status === 'open' && stream.remoteWriteStatus === 'closed'
    this.incoming = { [Symbol.asyncIterator]: () => this.#read() }
    stream.addEventListener('remoteCloseWrite', () => {
      this.#finished = true
    })
    stream.addEventListener('end', () => this.#end())
    stream.addEventListener('close', (event) => {
      // Without an error and after the other side has finished, what is still buffered here stays readable.
      if (event.error !== undefined || !this.#finished) this.#fail(event.error ?? new Error('connection lost'))
      this.#writeFailure ??= new Error('stream is closed')
    })
    stream.addEventListener('message', ({ data }) => {
      for (const bytes of data instanceof Uint8Array ? [data] : data) this.#arrive(bytes)
    })
    // What happened before there were listeners. What had been buffered by then is emitted in a microtask, so the
    // end comes in the next.
    if (stream.status !== 'open') this.#fail(new Error('connection lost'))
    else if (this.#finished && stream.readableEnded) queueMicrotask(() => this.#end())
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#writeFailure !== undefined) throw this.#writeFailure
    this.#stream.send(bytes)
    while (this.#stream.writableNeedsDrain && this.#writeFailure === undefined) await drainOrClose(this.#stream)
    if (this.#writeFailure !== undefined) throw this.#writeFailure
  }

  async closeWrite(): Promise<void> {
    if (this.#writeFailure !== undefined) return
    await this.#stream.close()
  }

  abort(reason: Error): void {
    // The reason first: libp2p emits `end` before abort() returns.
    this.#fail(reason)
    this.#stream.abort(reason)
  }

  /** Ends a stream whose service is over: our side is closed, what still comes is dropped, and then it is reset. */
  async release(): Promise<void> {
    this.#discard()
    const reset = setTimeout(() => this.abort(new Error('the service is over')), lingerMsMax)
    reset.unref()
    this.#stream.addEventListener('close', () => clearTimeout(reset))
    if (this.#stream.status === 'open') await this.#stream.close()
    if (this.#stream.status !== 'open') clearTimeout(reset)
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const bytes = this.#arrived.shift()
        if (bytes !== undefined) {
          this.#unreadBytes -= bytes.length
          yield bytes
          if (this.#unreadBytes < resumeBelowBytes) this.#resume()
        } else if (this.#ended) return
        else if (this.#readFailure !== undefined) throw this.#readFailure
        else await this.#arrival()
      }
    } finally {
      this.#discard()
    }
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#discarding) return
    this.#arrived.push(bytes)
    this.#unreadBytes += bytes.length
    if (!this.#resuming) this.#pauseWhenFull()
    this.#wakeReader()
  }

  #pauseWhenFull(): void {
    if (this.#unreadBytes >= pauseAtBytes && this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  #resume(): void {
    if (this.#stream.readStatus !== 'paused') return
    this.#resuming = true
    this.#stream.resume()
    this.#resuming = false
    this.#pauseWhenFull()
  }

  #end(): void {
    if (!this.#finished) return
    this.#ended = true
    this.#wakeReader()
  }

  #fail(reason: Error): void {
    this.#writeFailure ??= reason
    if (this.#ended || this.#readFailure !== undefined) return
    this.#readFailure = reason
    this.#arrived.length = 0
    this.#wakeReader()
  }

  #discard(): void {
    this.#discarding = true
    this.#arrived.length = 0
    this.#unreadBytes = 0
    this.#resume()
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeReader = resolve
    })
  }
}

function drainOrClose(stream: Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.removeEventListener('drain', done)
      stream.removeEventListener('close', done)
      resolve()
    }
    stream.addEventListener('drain', done)
    stream.addEventListener('close', done)
  })
}
