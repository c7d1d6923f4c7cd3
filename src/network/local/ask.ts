/** The network process's side: asks the daemon, and takes its answers apart. */
import { IsconfError } from '../../base/index.ts'
import type { PeerStream } from '../../mesh/index.ts'
import { type Channel, noPeer } from '../channel.ts'
import type { FromNetwork } from '../messages.ts'
import { type AnswerHead, type LocalQuestion, localQuestionSchema, valueIn } from './questions.ts'

/** Sends a question; the stream on which the answer comes. */
export type Ask = (question: LocalQuestion) => PeerStream

/** Asks over the channel. */
export function askOver(channel: Channel): Ask {
  return (question) => {
    // Some of it is what somebody has typed, and the daemon ends a process that asks what can't be.
    if (!localQuestionSchema.safeParse(question).success)
      throw new IsconfError('BAD_REQUEST', 'what is asked for is longer than anything here')
    const stream = channel.open(noPeer)
    channel.send({ type: 'local question', stream: stream.id, question } satisfies FromNetwork)
    void stream.closeWrite()
    return stream
  }
}

export interface AnswerHere {
  readonly value: unknown
  /** What comes behind the value; not reading it to its end is telling the daemon to stop. */
  readonly bytes: AsyncGenerator<Uint8Array>
}

const newline = 10

/** The whole of an answer that is one value. Fails as the daemon says, or when the channel ends. */
export async function askFor(ask: Ask, question: LocalQuestion): Promise<unknown> {
  return (await askStreaming(ask, question)).value
}

/** The same with what comes behind it; `signal` stops the daemon. */
export async function askStreaming(ask: Ask, question: LocalQuestion, signal?: AbortSignal): Promise<AnswerHere> {
  signal?.throwIfAborted()
  const stream = ask(question)
  const stop = (): void => stream.abort(signal?.reason as Error)
  signal?.addEventListener('abort', stop, { once: true })
  const over = (): void => signal?.removeEventListener('abort', stop)
  try {
    const incoming = stream.incoming[Symbol.asyncIterator]()
    const { head, rest } = await headOf(incoming)
    return { value: valueIn(head), bytes: bytesOf(stream, incoming, rest, over) }
  } catch (error) {
    over()
    throw error
  }
}

async function headOf(incoming: AsyncIterator<Uint8Array>): Promise<{ head: AnswerHead; rest: Uint8Array }> {
  const parts: Uint8Array[] = []
  for (;;) {
    const { done, value } = await incoming.next()
    if (done) throw new Error('the daemon ended its answer before it began')
    const end = value.indexOf(newline)
    parts.push(end === -1 ? value : value.subarray(0, end))
    if (end !== -1) return { head: JSON.parse(Buffer.concat(parts).toString('utf8')), rest: value.subarray(end + 1) }
  }
}

async function* bytesOf(
  stream: PeerStream,
  incoming: AsyncIterator<Uint8Array>,
  rest: Uint8Array,
  over: () => void,
): AsyncGenerator<Uint8Array> {
  let isWhole = false
  try {
    if (rest.length > 0) yield rest
    for (let next = await incoming.next(); !next.done; next = await incoming.next()) yield next.value
    isWhole = true
  } finally {
    over()
    if (!isWhole) stream.abort(new Error('not wanted any more'))
  }
}
