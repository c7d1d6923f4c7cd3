/** One question and one answer on a stream, each one frame of JSON. */
import * as z from 'zod/mini'
import { type Clock, endIfBroken, IsconfError } from '../base/index.ts'
import { AnswerWait } from './answer-wait.ts'
import { type Asked, openAsking } from './asked.ts'
import { FrameTooLongError, StreamReader } from './frames.ts'
import { readInPortions, writeInPortions } from './portions.ts'
import { firstPortionBytes } from './reading-pace.ts'
import type { PeerId, PeerStream, Transport } from './transport.ts'

export interface AskOptions {
  /**
   * Bounds the whole exchange, so that a peer that hangs is given up; with `onProgress`, bounds each wait for some of
   * the answer.
   */
  readonly timeoutMs: number
  /**
   * Hears each time that another 16 KiB of the answer have come. A slow line then gets the time that it needs, also for
   * what else comes from the peer in front of the answer, and a peer that sends less than that in `timeoutMs` is given up.
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

/** The other side answered that it could not: its code (of errors.ts, or BUSY or TOO_LONG) and its message. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** What a peer says about its trouble is shown to people and remembered: not more than they read. */
const shortened = (lengthMax: number) =>
  z.pipe(
    z.string(),
    z.transform((text) => text.slice(0, lengthMax)),
  )

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
  const { liveness } = transport
  const { clock, timeoutMs, onProgress } = options
  const onGivenUp = (reason: Error): void => {
    limit.abort(reason)
    stream?.abort(reason)
  }
  const wait = new AnswerWait({ liveness, clock, peer, protocol, timeoutMs, onProgress, onGivenUp })
  try {
    const asked = await openAsking(transport, peer, protocol, request, limit.signal)
    stream = asked.stream
    limit.signal.throwIfAborted()
    const answer = await answerTo(asked, options, (bytes) => wait.came(bytes))
    if ('error' in answer) throw new RemoteError(answer.error.code, answer.error.message)
    return answer.result
  } catch (error) {
    stream?.abort(error as Error)
    throw limit.signal.aborted ? limit.signal.reason : error
  } finally {
    wait.end()
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
    const asker = new StreamReader(stream.incoming)
    const reply = (answer: Answer): Promise<void> => writeInPortions(stream, asker, encode(answer))
    if (open >= limits.concurrentPerPeerMax) return reply(failed('BUSY', 'too many requests at once'))
    openByPeer.set(stream.peer, open + 1)
    try {
      await reply(await answerOne(stream.peer, asker, limits, fn))
    } finally {
      const left = (openByPeer.get(stream.peer) ?? 1) - 1
      if (left > 0) openByPeer.set(stream.peer, left)
      else openByPeer.delete(stream.peer)
    }
  })
}

async function answerTo(
  { stream, isAsked }: Asked,
  { clock, onProgress, answerBytesMax }: AskOptions,
  onBytes: (bytes: number) => void,
): Promise<Answer> {
  const end = (): void => void isAsked.then(() => stream.closeWrite()).catch(() => undefined)
  const answer = new StreamReader(stream.incoming)
  const isPaced = onProgress !== undefined && answerBytesMax > firstPortionBytes
  if (!isPaced) end()
  const bytes = await (isPaced
    ? readInPortions(stream, answer, { clock, bytesMax: answerBytesMax, onBytes, isAsked })
    : answer.frame(answerBytesMax))
  if (bytes === undefined) {
    await isAsked
    throw new Error('the stream ended without an answer')
  }
  if (isPaced) end()
  return answerSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
}

async function answerOne(
  peer: PeerId,
  asker: StreamReader,
  limits: AnswerLimits,
  fn: (request: unknown, peer: PeerId) => Promise<unknown>,
): Promise<Answer> {
  let request: unknown
  try {
    const bytes = await asker.frame(limits.requestBytesMax)
    request = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'))
  } catch (error) {
    if (error instanceof FrameTooLongError) return failed('TOO_LONG', error.message)
    if (error instanceof SyntaxError) return failed('BAD_REQUEST', 'the request is not JSON')
    throw error
  }
  try {
    return { result: await fn(request, peer) }
  } catch (error) {
    endIfBroken(error)
    const code = error instanceof IsconfError ? error.code : 'UNEXPECTED'
    return failed(code, error instanceof Error ? error.message : String(error))
  }
}

function failed(code: string, message: string): Answer {
  return { error: { code, message } }
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}
