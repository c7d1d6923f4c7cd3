/** The socket between the two processes: messages, and the streams of all peers, over one connection. */
import type { Duplex } from 'node:stream'
import type { Clock } from '../base/index.ts'
import type { PeerId } from '../mesh/index.ts'
import { ChannelStream, type StreamChannel } from './channel-stream.ts'
import { ChannelWriter } from './channel-writer.ts'
import { decodeOpening, encodeOpening, type Opening } from './opening.ts'
import { type FrameKind, FrameReader, reasonBytes, WireError } from './wire.ts'

export interface ChannelOptions {
  readonly socket: Duplex
  /** Which numbers this side gives to the streams that it opens: they must not be the other's. */
  readonly numbers: 'odd' | 'even'
  readonly clock: Clock
  /** Hears of each message, as JSON; whatever it throws ends the channel. */
  readonly onMessage: (message: unknown) => void
  /** The same of each stream that is opened for a protocol. Without it there is none. */
  readonly onOpen?: (stream: ChannelStream, protocol: string) => void
  /** Hears that a peer's bytes have come. */
  readonly onData?: (peer: PeerId, bytes: number) => void
  /** Hears once that it is over, and why. */
  readonly onOver: (reason: Error) => void
}

/** Open at once: many more than all peers together may have, and what a process that has gone bad can take. */
const streamsMax = 8_192
const numberMax = 0xffff_fff0

/** For streams that are no peer's, but of the two processes alone. */
export const noPeer = '' as PeerId

export class Channel implements StreamChannel {
  readonly #options: ChannelOptions
  readonly #streams = new Map<number, ChannelStream>()
  readonly #writer: ChannelWriter
  #lastNumber: number
  #isOver = false

  constructor(options: ChannelOptions) {
    this.#options = options
    this.#lastNumber = options.numbers === 'odd' ? -1 : 0
    const reader = new FrameReader({
      frame: (kind, stream, payload) => this.#frame(kind, stream, payload),
      data: (stream, bytes) => this.#data(stream, bytes),
    })
    const { socket } = options
    this.#writer = new ChannelWriter(socket, options.clock)
    socket.on('data', (bytes: Buffer) => {
      if (this.#isOver) return
      try {
        reader.push(bytes)
      } catch (error) {
        this.close(error as Error)
      }
    })
    socket.on('error', (error: Error) => this.close(error))
    socket.on('end', () => this.close(new Error('the other process has ended')))
    socket.on('close', () => this.close(new Error('the other process has ended')))
  }

  get isOver(): boolean {
    return this.#isOver
  }

  send(message: object): void {
    this.#writer.write('message', 0, Buffer.from(JSON.stringify(message)))
  }

  /** A new stream of this side; the other one has to be told of it before anything is sent. */
  open(peer: PeerId): ChannelStream {
    if (this.#streams.size >= streamsMax) throw new Error('too many streams at once')
    do this.#lastNumber = this.#lastNumber + 2 > numberMax ? this.#lastNumber % 2 : this.#lastNumber + 2
    while (this.#lastNumber <= 0 || this.#streams.has(this.#lastNumber))
    return this.#add(this.#lastNumber, peer)
  }

  /** The same with the word that opens it for a protocol, and what is said first: of these the other one is told with it. */
  openFor(peer: PeerId, protocol: string, first: Uint8Array = new Uint8Array(0)): ChannelStream {
    const stream = this.open(peer)
    stream.willSend(first.length)
    this.#writer.write('open', stream.id, encodeOpening({ peer, protocol, first }))
    return stream
  }

  /** A stream that the other side has opened. WireError when that can't be. */
  accept(number: number, peer: PeerId): ChannelStream {
    const isOwn = (number % 2 === 1) === (this.#options.numbers === 'odd')
    if (number === 0 || isOwn || this.#streams.has(number)) throw new WireError(`stream ${number} can't be opened`)
    if (this.#streams.size >= streamsMax) throw new WireError('too many streams at once')
    return this.#add(number, peer)
  }

  sendData(stream: number, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#writer.write('data', stream, bytes, (error) => (error ? reject(error) : resolve()))
    })
  }

  sendCredit(stream: number, bytes: number): void {
    const payload = Buffer.allocUnsafe(4)
    payload.writeUInt32BE(bytes)
    this.#writer.write('credit', stream, payload)
  }

  sendEnd(stream: number, isAwaited: boolean): void {
    if (isAwaited) this.#writer.write('end', stream, new Uint8Array(0))
    else this.#writer.endLate(stream)
  }

  sendAbort(stream: number, reason: Error): void {
    this.#writer.write('abort', stream, reasonBytes(reason))
  }

  drained(): Promise<void> {
    return this.#writer.drained()
  }

  forget(stream: number): void {
    this.#streams.delete(stream)
  }

  after(delayMs: number, run: () => void): () => void {
    return this.#options.clock.after(delayMs, run)
  }

  /** Ends it, and all streams. */
  close(reason: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#options.socket.destroy()
    for (const stream of [...this.#streams.values()]) stream.fail(new Error(`connection lost: ${reason.message}`))
    this.#options.onOver(reason)
  }

  #add(number: number, peer: PeerId): ChannelStream {
    const stream = new ChannelStream(this, number, peer)
    this.#streams.set(number, stream)
    return stream
  }

  #frame(kind: Exclude<FrameKind, 'data'>, number: number, payload: Buffer): void {
    if (kind === 'message') {
      this.#options.onMessage(JSON.parse(payload.toString('utf8')))
      return
    }
    if (kind === 'open') {
      this.#opened(number, decodeOpening(payload))
      return
    }
    // One that this side has aborted is nothing to it any more.
    const stream = this.#streams.get(number)
    if (kind === 'end') stream?.end()
    else if (kind === 'abort') stream?.breakOff(new Error(payload.toString('utf8')))
    else {
      if (payload.length !== 4) throw new WireError('leave to send without a number')
      stream?.credit(payload.readUInt32BE(0))
    }
  }

  #opened(number: number, { peer, protocol, first }: Opening): void {
    const { onOpen } = this.#options
    if (onOpen === undefined) throw new WireError(`a stream for ${protocol}`)
    const stream = this.accept(number, peer)
    if (first.length > 0) this.#data(number, first)
    onOpen(stream, protocol)
  }

  #data(number: number, bytes: Uint8Array): void {
    const stream = this.#streams.get(number)
    if (stream === undefined) return
    this.#options.onData?.(stream.peer, bytes.length)
    stream.take(bytes)
  }
}
