/**
 * One HTTP/2 stream as a PeerStream, with HTTP/2's own back-pressure.
 *
 * A body that is cut short ends like a whole one: a killed peer, a lost connection and a destroyed session all look like
 * a proper end, without an error. So whoever has sent everything says so, in trailers, and without them no end is
 * believed.
 */
import type { ClientHttp2Stream, ServerHttp2Stream } from 'node:http2'
import { IncomingBytes } from './incoming-bytes.io.ts'
import { StreamWriter } from './stream-writer.io.ts'
import type { PeerId, PeerStream } from './transport.ts'

/** The trailer that ends a body which is whole. */
const endHeader = 'isconf-end'
/** How long a stream whose service is over waits for the other side to finish before it is reset. */
const lingerMsMax = 30_000

export class Http2PeerStream implements PeerStream {
  readonly peer: PeerId
  readonly sharesLink: boolean
  readonly incoming: AsyncIterable<Uint8Array>
  readonly #stream: ClientHttp2Stream | ServerHttp2Stream
  readonly #writer: StreamWriter
  #isWhole = false
  #failure: Error | undefined
  #isFinished = false

  constructor(stream: ClientHttp2Stream | ServerHttp2Stream, peer: PeerId, sharesLink = true) {
    this.peer = peer
    this.sharesLink = sharesLink
    this.#stream = stream
    this.#writer = new StreamWriter(stream, () => this.#throwIfOver())
    this.incoming = {
      [Symbol.asyncIterator]: () =>
        new IncomingBytes(stream, () => this.#failure ?? (this.#isWhole ? undefined : new Error('connection lost'))),
    }
    stream.on('error', (error: Error) => {
      this.#failure ??= error
    })
    stream.on('trailers', (trailers) => {
      if (trailers[endHeader] !== undefined) this.#isWhole = true
    })
    stream.on('wantTrailers', () => {
      // An aborted stream ends its writing side as well: only who has finished says that this was all.
      if (this.#isFinished && this.#failure === undefined) stream.sendTrailers({ [endHeader]: '1' })
      else stream.destroy(new Error('the stream was not finished'))
    })
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#writer.write(bytes)
  }

  async sent(): Promise<void> {
    await this.#writer.sent()
    // Node calls a write that a destroyed stream has given up done without an error.
    this.#throwIfBroken()
  }

  async closeWrite(): Promise<void> {
    if (this.#isFinished || this.#stream.destroyed) return
    this.#isFinished = true
    this.#stream.end()
  }

  abort(reason: Error): void {
    this.#failure = reason
    // With an error: without one the other side would see a proper end.
    this.#stream.destroy(reason)
  }

  /** Ends a stream whose service is over: our side is closed, what still comes is dropped, and then it is reset. */
  async release(): Promise<void> {
    await this.closeWrite()
    if (this.#stream.destroyed) return
    const reset = setTimeout(() => this.abort(new Error('the service is over')), lingerMsMax)
    reset.unref()
    this.#stream.once('close', () => clearTimeout(reset))
    this.#stream.resume()
  }

  #throwIfBroken(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#stream.destroyed || this.#stream.closed) throw new Error('stream is closed')
  }

  #throwIfOver(): void {
    this.#throwIfBroken()
    if (this.#isFinished) throw new Error('the stream was finished')
  }
}
