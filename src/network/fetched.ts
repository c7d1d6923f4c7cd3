/**
 * What the network process hands on of what it fetches for the daemon, which knows how many bytes each answer has: one
 * byte that says whether they are there, and then just these bytes. Nothing that a peer has written says how long
 * something is, and nothing is packed.
 */
import { type PeerStream, StreamReader } from '../mesh/index.ts'
import { encodeRequest, type FilesStream, type LaneQuestion, type LaneStream, usefulBytes } from '../transfer/index.ts'
import { WireError } from './wire.ts'

/** The peer does not have it; the bytes follow; the answer has none; more of a piece has come from the peer; and the piece is in the memory that was lent. */
export const [missing, here, empty, coming, lent] = [0, 1, 2, 3, 4]
/** What the daemon says when it has read what is in that memory, so that the next piece may go there. */
const taken = Uint8Array.of(1)

/** Memory into which the network process puts one piece after the other, for a lane. */
export interface LentMemory {
  /** Fills `into` from its beginning. */
  read(into: Uint8Array): void
  close(): void
}

/** Lends some to the process, under a number; undefined where that can't be done. */
export type Lend = (number: number) => LentMemory | undefined

/** How often the process says that more of one piece has come: once in half a second, for an hour. */
const comingMax = 7_200

/** The daemon's end. WireError when what comes can't be. */
class Fetched {
  readonly stream: PeerStream
  readonly lent: LentMemory | undefined
  readonly #reader: StreamReader
  readonly #onBroken: (error: WireError) => void

  /** `onBroken` hears of what can't be. */
  constructor(stream: PeerStream, onBroken: (error: WireError) => void, lentMemory?: LentMemory) {
    this.stream = stream
    this.lent = lentMemory
    this.#onBroken = onBroken
    this.#reader = new StreamReader(stream.incoming)
  }

  /** Into `memory`, all of it; undefined if it is missing. */
  async bytes(memory: Uint8Array, onPart: (bytes: number) => void): Promise<Uint8Array | undefined> {
    for (let said = 0; said <= comingMax; said += 1) {
      const word = await this.word()
      if (word === coming) onPart(usefulBytes)
      if (word === missing) return undefined
      if (word === here) return this.fill(memory, onPart)
      if (word === lent && this.lent !== undefined) return this.#fromLent(this.lent, memory)
      if (word !== coming) break
    }
    return this.broken()
  }

  async #fromLent(lentMemory: LentMemory, memory: Uint8Array): Promise<Uint8Array> {
    lentMemory.read(memory)
    await this.stream.write(taken)
    return memory
  }

  broken(): never {
    const error = new WireError('no answer about a file')
    this.#onBroken(error)
    throw error
  }

  async word(): Promise<number | undefined> {
    return (await this.#reader.exactly(1))[0]
  }

  async fill(memory: Uint8Array, onPart?: (bytes: number) => void): Promise<Uint8Array> {
    await this.#reader.fill(memory, onPart ?? (() => undefined))
    return memory
  }

  abort(reason: Error): void {
    this.lent?.close()
    this.stream.abort(reason)
  }
}

/** Questions for one file, which the network process asks a peer. */
export class FetchedLane extends Fetched implements LaneStream {
  readonly #id: string

  constructor(stream: PeerStream, onBroken: (error: WireError) => void, id: string, lentMemory?: LentMemory) {
    super(stream, onBroken, lentMemory)
    this.#id = id
  }

  ask(question: LaneQuestion): Promise<void> {
    return this.stream.write(encodeRequest({ ...question, id: this.#id }))
  }

  async small(lengths: readonly number[]): Promise<Uint8Array | undefined> {
    const word = await this.word()
    if (word === missing) return undefined
    if (word === empty && lengths.includes(0)) return new Uint8Array()
    if (word !== here) this.broken()
    return this.fill(new Uint8Array(Math.max(...lengths)))
  }

  piece(length: number, memory: Uint8Array, onPart: (bytes: number) => void): Promise<Uint8Array | undefined> {
    return this.bytes(memory.subarray(0, length), onPart)
  }

  closeWrite(): Promise<void> {
    this.lent?.close()
    return this.stream.closeWrite()
  }
}

/** Small files, for which the network process asks a peer. */
export class FetchedFiles extends Fetched implements FilesStream {
  next(sizeBytes: number, onPart: (bytes: number) => void): Promise<Uint8Array | undefined> {
    return this.bytes(new Uint8Array(sizeBytes), onPart)
  }
}
