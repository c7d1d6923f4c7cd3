/**
 * Reads a stream's bytes in the portions that a protocol wants, and in frames: a four-byte length, then as many bytes.
 */
import type { PeerStream } from './transport.ts'

/** The length in front of a frame. */
export const frameHeadBytes = 4

/** A frame is longer than its reader allows. */
export class FrameTooLongError extends Error {
  override readonly name = 'FrameTooLongError'
}

/** A stream ended in the middle of what was to be read. */
export class StreamEndedError extends Error {
  override readonly name = 'StreamEndedError'
}

/** What comes can also go straight into a reader's memory, where a stream knows how; as many bytes less only at the end. */
interface FillingIterator extends AsyncIterator<Uint8Array> {
  fill?(into: Uint8Array, onBytes: (bytes: number) => void): Promise<number>
}

/** Reads a stream's incoming bytes in portions. One for each stream, for a stream is read once. */
export class StreamReader {
  readonly #chunks: FillingIterator
  #rest: Uint8Array = new Uint8Array(0)

  constructor(incoming: AsyncIterable<Uint8Array>) {
    this.#chunks = incoming[Symbol.asyncIterator]()
  }

  /** Exactly `length` bytes. StreamEndedError when the stream ends before. */
  async exactly(length: number): Promise<Uint8Array> {
    const read = await this.#upTo(length)
    if (read.length < length) throw new StreamEndedError(`stream ended after ${read.length} of ${length} bytes`)
    return read
  }

  /** Bytes as they come, at most `limit` at once; undefined at the end. */
  async some(limit: number): Promise<Uint8Array | undefined> {
    if (this.#rest.length === 0 && !(await this.#more())) return undefined
    return this.#take(limit)
  }

  /** Fills `into`; `onBytes` hears how large each portion is. StreamEndedError when the stream ends before. */
  async fill(into: Uint8Array, onBytes: (bytes: number) => void): Promise<void> {
    for (let filled = 0; filled < into.length; ) {
      if (this.#rest.length === 0 && this.#chunks.fill !== undefined)
        filled += await this.#chunks.fill(into.subarray(filled), onBytes)
      else if (this.#rest.length > 0 || (await this.#more())) {
        const part = this.#take(into.length - filled)
        // Into memory that threads share, set() copies a word at a time.
        Buffer.from(part.buffer, part.byteOffset, part.length).copy(into, filled)
        filled += part.length
        onBytes(part.length)
        continue
      }
      if (filled < into.length) throw new StreamEndedError(`stream ended after ${filled} of ${into.length} bytes`)
    }
  }

  /** The next frame's bytes; undefined when the stream ends where a frame would begin. */
  async frame(bytesMax: number): Promise<Uint8Array | undefined> {
    const length = await this.frameLength(bytesMax)
    return length === undefined ? undefined : this.exactly(length)
  }

  /** How long the next frame is, whose bytes then follow; undefined when the stream ends where it would begin. */
  async frameLength(bytesMax: number): Promise<number | undefined> {
    const head = await this.#upTo(frameHeadBytes)
    if (head.length === 0) return undefined
    if (head.length < frameHeadBytes) throw new StreamEndedError('stream ended within the length of a frame')
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0)
    if (length > bytesMax) throw new FrameTooLongError(`a frame of ${length} bytes, ${bytesMax} are allowed`)
    return length
  }

  async #upTo(length: number): Promise<Uint8Array> {
    if (this.#rest.length >= length) return this.#take(length)
    // Only what has arrived is held: a length that is announced costs nothing until its bytes come.
    const parts: Uint8Array[] = []
    let missing = length
    while (missing > 0 && (this.#rest.length > 0 || (await this.#more()))) {
      const part = this.#take(missing)
      parts.push(part)
      missing -= part.length
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
  }

  #take(limit: number): Uint8Array {
    const taken = this.#rest.subarray(0, limit)
    this.#rest = this.#rest.subarray(taken.length)
    return taken
  }

  async #more(): Promise<boolean> {
    do {
      const next = await this.#chunks.next()
      if (next.done === true) return false
      this.#rest = next.value
    } while (this.#rest.length === 0)
    return true
  }
}

/** Sends one frame. */
export async function writeFrame(stream: PeerStream, bytes: Uint8Array): Promise<void> {
  await stream.write(frameOf(bytes))
}

/** A frame with these bytes, as it is sent. */
export function frameOf(bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(frameHeadBytes + bytes.length)
  new DataView(framed.buffer).setUint32(0, bytes.length)
  framed.set(bytes, frameHeadBytes)
  return framed
}
