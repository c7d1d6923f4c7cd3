/** One stream to one peer on which a blob is asked for, one request after the other. */
import { type BlobRef, type Clock, type PieceMemory, pieceBytes } from '../../base/index.ts'
import { type PeerId, type PeerStream, StreamReader, type Transport } from '../../mesh/index.ts'
import {
  type BlobRequestKind,
  bitAt,
  blobAnswerHeadBytes,
  blobProtocol,
  decodeAnswerHead,
  encodeRequest,
  isBulk,
  unpack,
} from '../../transfer/index.ts'
import type { Holdings, LaneParts, LanePeer, PieceRun } from './lane-types.ts'
import { StallWatch } from './stall-watch.ts'

/** From here on a connection for this file alone is worth its handshake. */
const largeBytesMin = 16 * pieceBytes

export class BlobLane {
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #peer: PeerId
  readonly #addresses: readonly string[] | undefined
  readonly #ref: BlobRef
  readonly #memory: PieceMemory
  readonly #isForPieces: boolean
  readonly #end = new AbortController()
  #stream: PeerStream | undefined
  #reader: StreamReader | undefined
  #answering = false

  constructor({ transport, clock, ref, memory }: LaneParts, { peer, addresses }: LanePeer, isForPieces: boolean) {
    this.#transport = transport
    this.#clock = clock
    this.#peer = peer
    this.#addresses = addresses
    this.#ref = ref
    this.#memory = memory
    this.#isForPieces = isForPieces
  }

  /** What the peer has; undefined if it has nothing and is not about to get anything. */
  async held(): Promise<Holdings | undefined> {
    const bitsBytes = Math.ceil(Math.ceil(this.#ref.sizeBytes / pieceBytes) / 8)
    const bits = await this.#small('held', [0, bitsBytes])
    if (bits === undefined) return undefined
    const whole = bits.length === 0
    return { whole, bits, has: (index) => whole || bitAt(bits, index) }
  }

  /** The peer's piece list, which must be checked; undefined if it does not know it. */
  hashes(): Promise<Uint8Array | undefined> {
    return this.#small('hashes', [Math.ceil(this.#ref.sizeBytes / pieceBytes) * 32])
  }

  /**
   * Asks for a run of pieces and passes each to `take` as it arrives, so that it is verified while the next one comes.
   * The bytes belong to `take` until it resolves. `onBytes` hears each time that as much has come as is useful. False if
   * the peer does not have them.
   */
  async range(
    run: PieceRun,
    take: (index: number, bytes: Uint8Array) => Promise<void>,
    onBytes: () => void,
  ): Promise<boolean> {
    const position = run.first * pieceBytes
    const length = Math.min(run.count * pieceBytes, this.#ref.sizeBytes - position)
    return this.#ask('range', position, length, async (reader, watch) => {
      const onPart = (bytes: number): void => {
        if (watch.came(bytes)) onBytes()
      }
      const verifying: Promise<void>[] = []
      try {
        for (let index = run.first; index < run.first + run.count; index++) {
          const memory = this.#memory.take()
          const partLength = Math.min(pieceBytes, position + length - index * pieceBytes)
          const bytes = await this.#part(reader, partLength, memory, onPart)
          if (bytes === undefined && index === run.first) return false
          if (bytes === undefined) throw new Error(`${this.#peer}: a part of what it has is missing`)
          watch.touch()
          verifying.push(take(index, bytes).finally(() => this.#memory.give(memory)))
          // Seen at the end; the next piece is read meanwhile.
          verifying.at(-1)?.catch(() => undefined)
        }
        // Time that goes into our own disk is not the peer's.
        watch.pause()
        this.#answering = false
        await Promise.all(verifying)
      } finally {
        await Promise.allSettled(verifying)
      }
      return true
    })
  }

  /** One answer of a range: `length` bytes, read into `memory`; undefined if the peer does not have them. */
  async #part(
    reader: StreamReader,
    length: number,
    memory: Uint8Array,
    onPart: (bytes: number) => void,
  ): Promise<Uint8Array | undefined> {
    const head = decodeAnswerHead(await reader.exactly(blobAnswerHeadBytes))
    if (head === undefined) return undefined
    const isRight = head.isPacked ? head.length < length : head.length === length
    if (!isRight) throw new Error(`${this.#peer}: answered ${length} bytes with ${head.length}`)
    const bytes = memory.subarray(0, head.length)
    await reader.fill(bytes, onPart)
    return head.isPacked ? unpack(bytes, length) : bytes
  }

  /** Ends the stream; a request under way on it rejects. */
  abort(reason: Error): void {
    this.#end.abort(reason)
    this.#stream?.abort(reason)
  }

  /** Says that nothing more is asked. An answer under way is cut off, and its request rejects. */
  close(reason: Error): void {
    if (this.#answering) this.abort(reason)
    else {
      this.#end.abort(reason)
      void this.#stream?.closeWrite().catch(() => undefined)
    }
  }

  /** Whether anything more can be asked. */
  get isOpen(): boolean {
    return !this.#end.signal.aborted
  }

  #small(kind: BlobRequestKind, lengths: readonly number[]): Promise<Uint8Array | undefined> {
    return this.#ask(kind, 0, 0, async (reader) => {
      const head = decodeAnswerHead(await reader.exactly(blobAnswerHeadBytes))
      if (head === undefined) return undefined
      const { length, isPacked } = head
      if (isPacked || !lengths.includes(length)) throw new Error(`${this.#peer}: answered ${kind} with ${length} bytes`)
      // Its own copy: it is kept longer than the chunk that it arrived in.
      return Uint8Array.from(await reader.exactly(length))
    })
  }

  async #ask<T>(
    kind: BlobRequestKind,
    position: number,
    length: number,
    read: (reader: StreamReader, watch: StallWatch) => Promise<T>,
  ): Promise<T> {
    this.#end.signal.throwIfAborted()
    const watch = new StallWatch(this.#clock, () => this.abort(new Error(`${this.#peer} stalled`)))
    this.#answering = true
    try {
      const reader = this.#reader ?? (await this.#open())
      await this.#stream?.write(encodeRequest({ kind, id: this.#ref.id, position, length }))
      return await read(reader, watch)
    } catch (error) {
      this.abort(error as Error)
      throw error
    } finally {
      this.#answering = false
      watch.pause()
    }
  }

  async #open(): Promise<StreamReader> {
    const { sizeBytes } = this.#ref
    const isForFiles = this.#addresses !== undefined || (this.#isForPieces && isBulk(sizeBytes))
    const asked = [this.#peer, blobProtocol, this.#end.signal] as const
    const isLarge = this.#isForPieces && sizeBytes >= largeBytesMin
    const stream = isForFiles
      ? await this.#transport.openFileStream(...asked, this.#addresses, isLarge)
      : await this.#transport.openStream(...asked)
    this.#stream = stream
    if (this.#end.signal.aborted) stream.abort(this.#end.signal.reason as Error)
    this.#reader = new StreamReader(stream.incoming)
    return this.#reader
  }
}
