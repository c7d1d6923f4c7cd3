/** A stream that begins with a question, of which as much as may goes with the word that opens the stream. */
import { frameOf } from './frames.ts'
import { firstBytesMax, type PeerId, type PeerStream, type Transport } from './transport.ts'

export interface Asked {
  readonly stream: PeerStream
  /** Resolves when all of the question is written. An answer may come before, and be a refusal. */
  readonly isAsked: Promise<void>
}

/** Opens a stream, and writes one frame with the question as JSON. */
export async function openAsking(
  transport: Transport,
  peer: PeerId,
  protocol: string,
  question: unknown,
  signal: AbortSignal,
): Promise<Asked> {
  const frame = frameOf(Buffer.from(JSON.stringify(question)))
  const stream = await transport.openStream(peer, protocol, { signal, first: frame.subarray(0, firstBytesMax) })
  const isAsked = frame.length > firstBytesMax ? stream.write(frame.subarray(firstBytesMax)) : Promise.resolve()
  // Who waits for the answer sees it there.
  isAsked.catch(() => undefined)
  return { stream, isAsked }
}
