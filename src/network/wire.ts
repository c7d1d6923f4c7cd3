/**
 * What goes over the socket between the two processes: frames, each with a head of nine bytes, that is its kind, the
 * number of its stream (0 for a message) and the length of what follows. Contents of streams go in portions, so that
 * neither side ever holds more of one than its window.
 */
import { firstBytesMax } from '../mesh/index.ts'

/** A message is JSON; the others are of a stream: its opening, bytes, leave to send so many more, its end, and its abort. */
export type FrameKind = 'message' | 'data' | 'credit' | 'end' | 'abort' | 'open'

export interface FrameSink {
  /** A whole frame of any kind but data. */
  frame(kind: Exclude<FrameKind, 'data'>, stream: number, payload: Buffer): void
  /** Some bytes of a stream, as they come. */
  data(stream: number, bytes: Buffer): void
}

/** The other process says what can't be: nothing that comes from it is believed any more. */
export class WireError extends Error {
  override readonly name = 'WireError'
}

const headBytes = 9
/** Of a stream's bytes in one frame: as much as a pipe holds, so that another stream's turn comes soon. */
export const dataBytesMax = 64 * 1024
/** For a message: the longest is the file of keys. */
const messageBytesMax = 256 * 1024
/** Why a stream was aborted is shown to people, and no more than they read. */
const reasonBytesMax = 1024

/** Two lengths of a byte, what they are of, and what is said first. */
const openBytesMax = 2 + 2 * 255 + firstBytesMax

const kinds = ['message', 'data', 'credit', 'end', 'abort', 'open'] as const
const bytesMaxByKind: Readonly<Record<FrameKind, number>> = {
  message: messageBytesMax,
  data: dataBytesMax,
  credit: 4,
  end: 0,
  abort: reasonBytesMax,
  open: openBytesMax,
}

/** What is no longer is copied behind its head, which costs less than to write both. */
const copiedBytesMax = 4 * 1024

/** A frame, in the parts that it is written in. */
export function frameParts(kind: FrameKind, stream: number, payload: Uint8Array): readonly [Uint8Array, Uint8Array?] {
  if (payload.length > copiedBytesMax) return [headOf(kind, stream, payload.length), payload]
  const frame = headOf(kind, stream, payload.length, payload.length)
  frame.set(payload, headBytes)
  return [frame]
}

/** The head of a frame, with room for `roomBytes` behind it. */
export function headOf(kind: FrameKind, stream: number, length: number, roomBytes = 0): Buffer {
  const head = Buffer.allocUnsafe(headBytes + roomBytes)
  head.writeUInt8(kinds.indexOf(kind), 0)
  head.writeUInt32BE(stream, 1)
  head.writeUInt32BE(length, 5)
  return head
}

/** The text of a reason, cut to what a frame may have. */
export function reasonBytes(reason: Error): Buffer {
  return Buffer.from(reason.message.slice(0, reasonBytesMax / 4))
}

/** Takes frames out of the bytes that arrive. */
export class FrameReader {
  readonly #sink: FrameSink
  /** Of the head or the payload that is being collected. */
  #parts: Buffer[] = []
  #missing = headBytes
  #head: { readonly kind: FrameKind; readonly stream: number } | undefined

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** WireError when the bytes are no frames. */
  push(bytes: Buffer): void {
    let rest = bytes
    while (rest.length > 0) {
      const part = rest.subarray(0, this.#missing)
      rest = rest.subarray(part.length)
      this.#missing -= part.length
      if (this.#head?.kind === 'data') this.#sink.data(this.#head.stream, part)
      else this.#parts.push(part)
      if (this.#missing === 0) this.#complete()
    }
  }

  #complete(): void {
    const head = this.#head
    const whole = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts)
    this.#parts = []
    if (head === undefined) {
      this.#begin(whole)
      return
    }
    this.#head = undefined
    this.#missing = headBytes
    if (head.kind !== 'data') this.#sink.frame(head.kind, head.stream, whole)
  }

  #begin(bytes: Buffer): void {
    const kind = kinds[bytes.readUInt8(0)]
    const length = bytes.readUInt32BE(5)
    if (kind === undefined) throw new WireError(`a frame of kind ${bytes.readUInt8(0)}`)
    if (length > bytesMaxByKind[kind]) throw new WireError(`a frame of kind ${kind} with ${length} bytes`)
    this.#head = { kind, stream: bytes.readUInt32BE(1) }
    this.#missing = length
    if (length === 0) this.#complete()
  }
}
