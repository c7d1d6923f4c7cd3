/** One stream to one peer, or to the process that asks it, on which a blob is asked for, one request after the other. */
import { type Clock, type PieceMemory, pieceBytes } from '../base/index.ts'
import { type BlobRequestKind, bitAt } from './blob-protocol.ts'
import type { FetchingTransport, FileAsked, LaneQuestion, LaneStream } from './fetching.ts'
import type { Holdings, LaneParts, LanePeer, PieceRun } from './lane-types.ts'
import { openPeerLane } from './peer-lane.ts'
import { StallWatch } from './stall-watch.ts'

export class BlobLane {
  readonly #transport: FetchingTransport
  readonly #clock: Clock
  readonly #file: FileAsked
  readonly #memory: PieceMemory
  readonly #end = new AbortController()
  #stream: LaneStream | undefined
  #answering = false

  constructor({ transport, clock, ref, memory }: LaneParts, asked: LanePeer, isForPieces: boolean) {
    this.#transport = transport
    this.#clock = clock
    this.#file = { ...asked, id: ref.id, sizeBytes: ref.sizeBytes, isForPieces }
    this.#memory = memory
  }

  /** What the peer has; undefined if it has nothing and is not about to get anything. */
  async held(): Promise<Holdings | undefined> {
    const bitsBytes = Math.ceil(Math.ceil(this.#file.sizeBytes / pieceBytes) / 8)
    const bits = await this.#small('held', [0, bitsBytes])
    if (bits === undefined) return undefined
    const whole = bits.length === 0
    return { whole, bits, has: (index) => whole || bitAt(bits, index) }
  }

  /** The peer's piece list, which must be checked; undefined if it does not know it. */
  hashes(): Promise<Uint8Array | undefined> {
    return this.#small('hashes', [Math.ceil(this.#file.sizeBytes / pieceBytes) * 32])
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
    const length = Math.min(run.count * pieceBytes, this.#file.sizeBytes - position)
    return this.#ask({ kind: 'range', position, length }, async (stream, watch) => {
      const onPart = (bytes: number): void => {
        if (watch.came(bytes)) onBytes()
      }
      const verifying: Promise<void>[] = []
      try {
        for (let index = run.first; index < run.first + run.count; index++) {
          const memory = this.#memory.take()
          const partLength = Math.min(pieceBytes, position + length - index * pieceBytes)
          const bytes = await stream.piece(partLength, memory, onPart)
          if (bytes === undefined && index === run.first) return false
          if (bytes === undefined) throw new Error(`${this.#file.peer}: a part of what it has is missing`)
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
    return this.#ask({ kind, position: 0, length: 0 }, (stream) => stream.small(lengths))
  }

  async #ask<T>(question: LaneQuestion, read: (stream: LaneStream, watch: StallWatch) => Promise<T>): Promise<T> {
    this.#end.signal.throwIfAborted()
    const stalled = (): void => this.abort(new Error(`${this.#file.peer} stalled`))
    const watch = new StallWatch(this.#clock, this.#transport.fetching, stalled)
    this.#answering = true
    try {
      const stream = this.#stream ?? (await this.#open())
      await stream.ask(question)
      return await read(stream, watch)
    } catch (error) {
      this.abort(error as Error)
      throw error
    } finally {
      this.#answering = false
      watch.pause()
    }
  }

  async #open(): Promise<LaneStream> {
    const { signal } = this.#end
    const [transport, clock, file] = [this.#transport, this.#clock, this.#file]
    const stream = await (transport.fetching
      ? transport.fetching.openLane(file, signal)
      : openPeerLane(transport, clock, file, signal))
    this.#stream = stream
    if (signal.aborted) stream.abort(signal.reason as Error)
    return stream
  }
}
