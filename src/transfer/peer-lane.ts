/** A lane as a stream to the peer itself, whose answers are taken apart here. */
import { pieceBytes } from '../base/index.ts'
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

/** From here on a connection for this file alone is worth its handshake. */
const largeBytesMin = 16 * pieceBytes

/** Asks the peer on the link, and for much on a connection for files. */
export async function openPeerLane(
  transport: FileTransport,
  file: FileAsked,
  signal: AbortSignal,
): Promise<LaneStream> {
  const { peer, addresses, sizeBytes, isForPieces } = file
  const isForFiles = addresses !== undefined || (isForPieces && isBulk(sizeBytes))
  const isLarge = isForPieces && sizeBytes >= largeBytesMin
  const stream = isForFiles
    ? await transport.openFileStream(peer, blobProtocol, { signal, addresses, isLarge })
    : await transport.openStream(peer, blobProtocol, { signal })
  return new PeerLane(stream, file.id)
}

class PeerLane implements LaneStream {
  readonly #stream: PeerStream
  readonly #reader: StreamReader
  readonly #id: string
  #kind: LaneQuestion['kind'] = 'held'

  constructor(stream: PeerStream, id: string) {
    this.#stream = stream
    this.#reader = new StreamReader(stream.incoming)
    this.#id = id
  }

  ask(question: LaneQuestion): Promise<void> {
    this.#kind = question.kind
    return this.#stream.write(encodeRequest({ ...question, id: this.#id }))
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
    const head = await this.#head()
    if (head === undefined) return undefined
    const isRight = head.isPacked ? head.length < length : head.length === length
    if (!isRight) throw new Error(`${this.#stream.peer}: answered ${length} bytes with ${head.length}`)
    const bytes = memory.subarray(0, head.length)
    await this.#reader.fill(bytes, onPart)
    return head.isPacked ? unpack(bytes, length) : bytes
  }

  closeWrite(): Promise<void> {
    return this.#stream.closeWrite()
  }

  abort(reason: Error): void {
    this.#stream.abort(reason)
  }

  async #head(): Promise<AnswerHead | undefined> {
    return decodeAnswerHead(await this.#reader.exactly(blobAnswerHeadBytes))
  }
}
