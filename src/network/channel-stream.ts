/** One stream of a peer, as it goes through the socket between the two processes: bytes both ways, each within a window. */
import type { PeerId, PeerStream } from '../mesh/index.ts'
import { dataBytesMax, WireError } from './wire.ts'

/** Sent and not taken yet, at most: enough for a fast line, and no burden when nobody reads. */
export const windowBytes = 512 * 1024
/** What was taken is told in portions of at least this. */
const creditBytesMin = windowBytes / 4
/** How long a stream whose service is over waits for the other side to finish before it is aborted. */
const lingerMsMax = 30_000

/** What a stream needs of its channel. */
export interface StreamChannel {
  /** Resolves when the bytes are out of this process's hands. */
  sendData(stream: number, bytes: Uint8Array): Promise<void>
  sendCredit(stream: number, bytes: number): void
  sendEnd(stream: number, isAwaited: boolean): void
  sendAbort(stream: number, reason: Error): void
  /** Resolves when what was sent has gone, so far that more may be sent. */
  drained(): Promise<void>
  /** Both sides are over. */
  forget(stream: number): void
  after(delayMs: number, run: () => void): () => void
}

export class ChannelStream implements PeerStream {
  readonly id: number
  readonly peer: PeerId
  readonly incoming: AsyncIterable<Uint8Array>
  #aborting: AbortController | undefined
  readonly #channel: StreamChannel
  readonly #received: Uint8Array[] = []
  #receivedBytes = 0
  #untoldBytes = 0
  #creditBytes = windowBytes
  /** The other side sends no more. */
  #isEnded = false
  /** This side sends no more. */
  #isFinished = false
  #isDiscarding = false
  #failure: Error | undefined
  #sent = Promise.resolve()
  #wakeReader: () => void = () => undefined
  #wakeWriter: () => void = () => undefined

  constructor(channel: StreamChannel, id: number, peer: PeerId) {
    this.#channel = channel
    this.id = id
    this.peer = peer
    this.incoming = { [Symbol.asyncIterator]: () => ({ next: () => this.#next(), return: () => this.#giveUp() }) }
  }

  /** Aborted with the stream, by either side. */
  get aborted(): AbortSignal {
    this.#aborting ??= new AbortController()
    if (this.#failure !== undefined) this.#aborting.abort(this.#failure)
    return this.#aborting.signal
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#throwIfOver()
    for (let rest = bytes; rest.length > 0; ) {
      while (this.#creditBytes === 0) {
        await new Promise<void>((resolve) => (this.#wakeWriter = resolve))
        this.#throwIfOver()
      }
      const part = rest.subarray(0, Math.min(this.#creditBytes, dataBytesMax))
      rest = rest.subarray(part.length)
      this.#creditBytes -= part.length
      this.#sent = this.#channel.sendData(this.id, part)
      this.#sent.catch(() => undefined)
    }
    await this.#channel.drained()
    this.#throwIfOver()
  }

  /** The channel sends so much of it, before anything that is written. */
  willSend(bytes: number): void {
    this.#creditBytes -= bytes
  }

  async sent(): Promise<void> {
    await this.#sent
    if (this.#failure !== undefined) throw this.#failure
  }

  /** `isAwaited` is whether the other side has use for that at once. */
  async closeWrite(isAwaited = true): Promise<void> {
    if (this.#isFinished || this.#failure !== undefined) return
    this.#isFinished = true
    this.#channel.sendEnd(this.id, isAwaited)
    this.#forgetIfOver()
  }

  abort(reason: Error): void {
    if (this.#failure === undefined && !(this.#isEnded && this.#isFinished)) this.#channel.sendAbort(this.id, reason)
    this.fail(reason)
  }

  /** Ends a stream whose service is over: our side is closed, what still comes is dropped, and then it is aborted. */
  async release(): Promise<void> {
    await this.closeWrite()
    if (this.#isEnded || this.#failure !== undefined) return
    this.#discard()
    const cancel = this.#channel.after(lingerMsMax, () => this.abort(new Error('the service is over')))
    this.#wakeReader = () => {
      if (this.#isEnded || this.#failure !== undefined) cancel()
    }
  }

  /** The next portion that has come already; undefined if there is none. */
  portion(): Uint8Array | undefined {
    const bytes = this.#received.shift()
    if (bytes !== undefined) this.#taken(bytes.length)
    return bytes
  }

  /** Takes in what has come. WireError when it is more than this side gave leave for. */
  take(bytes: Uint8Array): void {
    if (this.#failure !== undefined) return
    if (this.#isEnded) throw new WireError('bytes after the end of a stream')
    if (this.#receivedBytes + this.#untoldBytes + bytes.length > windowBytes)
      throw new WireError('more than the window')
    this.#receivedBytes += bytes.length
    if (this.#isDiscarding) this.#taken(bytes.length)
    else this.#received.push(bytes)
    this.#wakeReader()
  }

  /** The other side has taken so many bytes. */
  credit(bytes: number): void {
    this.#creditBytes += bytes
    if (this.#creditBytes > windowBytes) throw new WireError('more was taken than was sent')
    this.#wakeWriter()
  }

  /** The other side sends no more. */
  end(): void {
    this.#isEnded = true
    this.#wakeReader()
    this.#forgetIfOver()
  }

  /** It is over, and the other side knows. */
  fail(reason: Error): void {
    this.#received.length = 0
    this.breakOff(reason)
  }

  /** The other side has aborted it: what it had sent before that is still there to be read. */
  breakOff(reason: Error): void {
    if (this.#failure !== undefined) return
    this.#failure = reason
    this.#channel.forget(this.id)
    this.#wakeReader()
    this.#wakeWriter()
    this.#aborting?.abort(reason)
  }

  /** A generator would make half a dozen promises of each portion. */
  async #next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const value = this.portion()
      if (value !== undefined) return { value, done: false }
      if (this.#failure !== undefined) throw this.#failure
      if (this.#isEnded) return { value: undefined, done: true }
      await new Promise<void>((resolve) => (this.#wakeReader = resolve))
    }
  }

  async #giveUp(): Promise<IteratorResult<Uint8Array>> {
    this.#discard()
    return { value: undefined, done: true }
  }

  #discard(): void {
    this.#isDiscarding = true
    for (const bytes of this.#received.splice(0)) this.#taken(bytes.length)
  }

  #taken(bytes: number): void {
    this.#receivedBytes -= bytes
    this.#untoldBytes += bytes
    if (this.#untoldBytes < creditBytesMin || this.#isEnded || this.#failure !== undefined) return
    this.#channel.sendCredit(this.id, this.#untoldBytes)
    this.#untoldBytes = 0
  }

  #forgetIfOver(): void {
    if (this.#isEnded && this.#isFinished) this.#channel.forget(this.id)
  }

  #throwIfOver(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#isFinished) throw new Error('the stream was finished')
  }
}
