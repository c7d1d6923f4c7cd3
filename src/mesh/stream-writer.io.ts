/** Writing to a Node stream as a PeerStream does: with back-pressure, and with word of when the bytes have left. */
import type { Writable } from 'node:stream'

export class StreamWriter {
  readonly #stream: Writable
  readonly #throwIfOver: () => void
  /** Settled with the write that was begun last. */
  #sent = Promise.resolve()

  /** `throwIfOver` throws why nothing more can be written, if that is so. */
  constructor(stream: Writable, throwIfOver: () => void) {
    this.#stream = stream
    this.#throwIfOver = throwIfOver
  }

  /** Resolves when more may be written. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#throwIfOver()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    promise.catch(() => undefined)
    this.#sent = promise
    if (this.#stream.write(bytes, (error) => (error ? reject(error) : resolve()))) return
    await drainOrClose(this.#stream)
    this.#throwIfOver()
  }

  /** Resolves when the write that was begun last has left this process, or the stream has given it up. */
  sent(): Promise<void> {
    return this.#sent
  }
}

function drainOrClose(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.on('drain', done)
    stream.on('close', done)
  })
}
