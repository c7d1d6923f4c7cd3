/** A lane as a stream to the peer itself, whose answers are taken apart here. */
import { type Clock, pieceBytes } from '../base/index.ts'
import { type FileTransport, type PeerStream, StreamReader } from '../mesh/index.ts'
import {
  type AnswerHead,
  blobAnswerHeadBytes,
  blobProtocol,
  decodeAnswerHead,
  encodeRequest,
  isBulk,
} from './blob-protocol.ts'
import type { FileAsked, LaneQuestion, LaneStream } from './fetching.ts'
import { unpack } from './packing.ts'
import { RangeInPortions } from './range-in-portions.ts'

/** From here on a connection for this file alone is worth its handshake. */
const largeBytesMin = 16 * pieceBytes

/** Asks the peer on the link, and for much on a connection for files. */
export async function openPeerLane(
  transport: FileTransport,
  clock: Clock,
  file: FileAsked,
  signal: AbortSignal,
): Promise<LaneStream> {
  const { peer, addresses, sizeBytes, isForPieces } = file
  const isForFiles = addresses !== undefined || (isForPieces && isBulk(sizeBytes))
  const isLarge = isForPieces && sizeBytes >= largeBytesMin
  const stream = isForFiles
    ? await transport.openFileStream(peer, blobProtocol, { signal, addresses, isLarge })
    : await transport.openStream(peer, blobProtocol, { signal })
  return new PeerLane(stream, file, clock)
}

class PeerLane implements LaneStream {
  readonly #stream: PeerStream
  readonly #reader: StreamReader
  readonly #id: string
  #kind: LaneQuestion['kind'] = 'held'
  /** How ranges are asked for where questions would wait for them. */
  readonly #portions: RangeInPortions | undefined

  constructor(stream: PeerStream, { id, sizeBytes }: FileAsked, clock: Clock) {
    this.#stream = stream
    this.#reader = new StreamReader(stream.incoming)
    this.#id = id
    if (stream.sharesLink === true && isBulk(sizeBytes)) {
      const ask = (position: number, length: number): Promise<void> => this.#ask({ kind: 'range', position, length })
      const fill = async (into: Uint8Array, onPart: (bytes: number) => void): Promise<boolean> => {
        const bytes = await this.#answer(into, onPart)
        if (bytes !== undefined && bytes !== into) into.set(bytes)
        return bytes !== undefined
      }
      this.#portions = new RangeInPortions({ ask, fill }, clock)
    }
  }

  ask(question: LaneQuestion): Promise<void> {
    this.#kind = question.kind
    const { kind, position, length } = question
    return kind === 'range' && this.#portions ? this.#portions.ask(position, length) : this.#ask(question)
  }

  async small(lengths: readonly number[]): Promise<Uint8Array | undefined> {
    const head = await this.#head()
    if (head === undefined) return undefined
    const { length, isPacked } = head
    if (isPacked || !lengths.includes(length))
      throw new Error(`${this.#stream.peer}: answered ${this.#kind} with ${length} bytes`)
    // Its own copy: it is kept longer than the chunk that it arrived in.
    return Uint8Array.from(await this.#reader.exactly(length))
  }

  async piece(length: number, memory: Uint8Array, onPart: (bytes: number) => void): Promise<Uint8Array | undefined> {
    const into = memory.subarray(0, length)
    if (this.#portions === undefined) return this.#answer(into, onPart)
    return (await this.#portions.piece(into, onPart)) ? into : undefined
  }

  closeWrite(): Promise<void> {
    return this.#stream.closeWrite()
  }

  abort(reason: Error): void {
    this.#stream.abort(reason)
  }

  #ask(question: LaneQuestion): Promise<void> {
    return this.#stream.write(encodeRequest({ ...question, id: this.#id }))
  }

  /** As many bytes as `into` has, which may be in it; undefined if the peer does not have them. */
  async #answer(into: Uint8Array, onPart: (bytes: number) => void): Promise<Uint8Array | undefined> {
    const head = await this.#head()
    if (head === undefined) return undefined
    const isRight = head.isPacked ? head.length < into.length : head.length === into.length
    if (!isRight) throw new Error(`${this.#stream.peer}: answered ${into.length} bytes with ${head.length}`)
    const bytes = into.subarray(0, head.length)
    await this.#reader.fill(bytes, onPart)
    return head.isPacked ? unpack(bytes, into.length) : into
  }

  async #head(): Promise<AnswerHead | undefined> {
    return decodeAnswerHead(await this.#reader.exactly(blobAnswerHeadBytes))
  }
}
