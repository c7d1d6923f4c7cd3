/** One question and one answer on a stream, each one frame of JSON. */
import * as z from 'zod'
import { type Cancel, type Clock, endIfBroken, IsconfError } from '../base/index.ts'
import { FrameTooLongError, StreamReader, writeFrame } from './frames.ts'
import type { PeerId, PeerStream, Transport } from './transport.ts'

export interface AskOptions {
  /**
   * Bounds the whole exchange, so that a peer that hangs is given up; with `onProgress`, bounds each wait for some of
   * the answer.
   */
  readonly timeoutMs: number
  /**
   * Hears each time that another {@link progressBytes} of the answer have come. A slow line then gets the time that it
   * needs, and a peer that sends less than that in `timeoutMs` is given up.
   */
  readonly onProgress?: () => void
  readonly clock: Clock
  readonly answerBytesMax: number
}

export interface AnswerLimits {
  readonly requestBytesMax: number
  /** How many requests of one peer may be open at once; further ones are answered BUSY. */
  readonly concurrentPerPeerMax: number
}

/** This much at a time tells a slow line from a peer that keeps others waiting. */
const progressBytes = 16 * 1024

/** The other side answered that it could not: its code (of errors.ts, or BUSY or TOO_LONG) and its message. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The other side did not answer within the limit. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

/** The other side hangs: it answers nothing at all, and was not waited for until the limit. */
export class HangsError extends NoAnswerError {}

/** What a peer says about its trouble is shown to people and remembered: not more than they read. */
const shortened = (lengthMax: number) => z.string().transform((text) => text.slice(0, lengthMax))

const answerSchema = z.union([
  z.object({ result: z.unknown() }),
  // A later release may have longer ones.
  z.object({ error: z.object({ code: shortened(64), message: shortened(1_024) }) }),
])
type Answer = z.infer<typeof answerSchema>

/**
 * Asks a connected peer. Resolves with the JSON of its answer, which the caller has to check. RemoteError if it
 * answered with an error, NoAnswerError if it did not answer in time, HangsError if it hangs, another error if it was
 * lost.
 */
export async function ask(
  transport: Transport,
  peer: PeerId,
  protocol: string,
  request: unknown,
  options: AskOptions,
): Promise<unknown> {
  const limit = new AbortController()
  let stream: PeerStream | undefined
  const what = options.onProgress ? 'sent next to nothing for' : 'did not answer within'
  const giveUp = (reason: NoAnswerError): void => {
    limit.abort(reason)
    stream?.abort(reason)
  }
  const late = (): void => giveUp(new NoAnswerError(`${protocol}: ${peer} ${what} ${options.timeoutMs} ms`))
  const arm = (): Cancel => options.clock.after(options.timeoutMs, late)
  let cancel = arm()
  const hangs = (): void => giveUp(new HangsError(`${protocol}: ${peer} answers nothing at all`))
  const cancelWatch = transport.liveness.watch(peer, hangs)
  const onProgress = (): void => {
    cancel()
    cancel = arm()
    options.onProgress?.()
  }
  try {
    stream = await transport.openStream(peer, protocol, limit.signal)
    limit.signal.throwIfAborted()
    const answer = await exchange(options.onProgress ? watched(stream, onProgress) : stream, request, options)
    if ('error' in answer) throw new RemoteError(answer.error.code, answer.error.message)
    return answer.result
  } catch (error) {
    stream?.abort(error as Error)
    throw limit.signal.aborted ? limit.signal.reason : error
  } finally {
    cancel()
    cancelWatch()
  }
}

/** Answers every request of a protocol with what `fn` resolves to, or with the error it rejects with. */
export function answer(
  transport: Transport,
  protocol: string,
  limits: AnswerLimits,
  fn: (request: unknown, peer: PeerId) => Promise<unknown>,
): void {
  const openByPeer = new Map<PeerId, number>()
  transport.handle(protocol, async (stream) => {
    const open = openByPeer.get(stream.peer) ?? 0
    if (open >= limits.concurrentPerPeerMax) return reply(stream, failed('BUSY', 'too many requests at once'))
    openByPeer.set(stream.peer, open + 1)
    try {
      await reply(stream, await answerOne(stream, limits, fn))
    } finally {
      const left = (openByPeer.get(stream.peer) ?? 1) - 1
      if (left > 0) openByPeer.set(stream.peer, left)
      else openByPeer.delete(stream.peer)
    }
  })
}

async function exchange(stream: PeerStream, request: unknown, { answerBytesMax }: AskOptions): Promise<Answer> {
  // The answer may come, and be a refusal, before the whole request is sent: both at once.
  const sent = writeFrame(stream, encode(request)).then(() => stream.closeWrite())
  sent.catch(() => undefined)
  const bytes = await new StreamReader(stream.incoming).frame(answerBytesMax)
  if (bytes === undefined) {
    await sent
    throw new Error('the stream ended without an answer')
  }
  return answerSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
}

/** A stream of which somebody hears how it comes in. */
function watched(stream: PeerStream, onProgress: () => void): PeerStream {
  return {
    peer: stream.peer,
    incoming: counted(stream.incoming, onProgress),
    write: (bytes) => stream.write(bytes),
    sent: () => stream.sent(),
    closeWrite: () => stream.closeWrite(),
    abort: (reason) => stream.abort(reason),
  }
}

async function* counted(incoming: AsyncIterable<Uint8Array>, onProgress: () => void): AsyncGenerator<Uint8Array> {
  let untold = 0
  for await (const chunk of incoming) {
    untold += chunk.length
    if (untold >= progressBytes) {
      untold = 0
      onProgress()
    }
    yield chunk
  }
}

async function answerOne(
  stream: PeerStream,
  limits: AnswerLimits,
  fn: (request: unknown, peer: PeerId) => Promise<unknown>,
): Promise<Answer> {
  let request: unknown
  try {
    const bytes = await new StreamReader(stream.incoming).frame(limits.requestBytesMax)
    request = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'))
  } catch (error) {
    if (error instanceof FrameTooLongError) return failed('TOO_LONG', error.message)
    if (error instanceof SyntaxError) return failed('BAD_REQUEST', 'the request is not JSON')
    throw error
  }
  try {
    return { result: await fn(request, stream.peer) }
  } catch (error) {
    endIfBroken(error)
    const code = error instanceof IsconfError ? error.code : 'UNEXPECTED'
    return failed(code, error instanceof Error ? error.message : String(error))
  }
}

async function reply(stream: PeerStream, answer: Answer): Promise<void> {
  await writeFrame(stream, encode(answer))
  await stream.closeWrite()
}

function failed(code: string, message: string): Answer {
  return { error: { code, message } }
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}
