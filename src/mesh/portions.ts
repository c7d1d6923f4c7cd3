/**
 * A long answer, of which its reader asks for one portion after the other on the stream that it asked its question on: for
 * each, a frame with the number of bytes.
 */
import type { Clock } from '../base/index.ts'
import { frameHeadBytes, frameOf, StreamEndedError, type StreamReader, writeFrame } from './frames.ts'
import { firstPortionBytes, ReadingPace } from './reading-pace.ts'
import type { PeerStream } from './transport.ts'

const portionBytes = 4

/** Sends one frame, as far as `asked`, what its reader sends, asks for it; one who has ended that gets all at once. */
export async function writeInPortions(stream: PeerStream, asked: StreamReader, bytes: Uint8Array): Promise<void> {
  const framed = frameOf(bytes)
  let askedBytes = frameHeadBytes + firstPortionBytes
  for (let at = 0; at < framed.length; at = askedBytes) {
    if (at > 0) askedBytes += await nextPortion(asked)
    await stream.write(framed.subarray(at, askedBytes))
  }
}

async function nextPortion(asked: StreamReader): Promise<number> {
  const bytes = await asked.frame(portionBytes)
  return bytes === undefined ? Number.POSITIVE_INFINITY : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
}

export interface ReadingInPortions {
  readonly clock: Clock
  readonly bytesMax: number
  /** Hears how many bytes have come. */
  readonly onBytes: (bytes: number) => void
  /** Resolves when the question is written. */
  readonly isAsked: Promise<void>
}

/** Reads one frame, and asks for it as fast as it comes; undefined when the stream ends before it. */
export async function readInPortions(
  stream: PeerStream,
  answer: StreamReader,
  { clock, bytesMax, onBytes, isAsked }: ReadingInPortions,
): Promise<Uint8Array | undefined> {
  const length = await answer.frameLength(bytesMax)
  if (length === undefined) return undefined
  const pace = new ReadingPace(clock, length)
  // One write at a time. If it fails, so does the reading.
  let writing = isAsked
  const parts: Uint8Array[] = []
  for (let missing = length; missing > 0; ) {
    const part = await answer.some(missing)
    if (part === undefined) throw new StreamEndedError(`stream ended ${missing} bytes before the end of a frame`)
    parts.push(part)
    missing -= part.length
    onBytes(part.length)
    const more = pace.came(part.length)
    if (more === 0) continue
    writing = writing.then(() => writeFrame(stream, portionOf(more)))
    writing.catch(() => undefined)
  }
  return Buffer.concat(parts)
}

function portionOf(bytes: number): Uint8Array {
  const portion = new Uint8Array(portionBytes)
  new DataView(portion.buffer).setUint32(0, bytes)
  return portion
}
