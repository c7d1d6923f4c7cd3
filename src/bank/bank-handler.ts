/** How a request to the package bank is answered: with what bank-answer.ts says, and a file as its pieces come. */
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { endIfBroken, type Log, toIsconfError } from '../base/index.ts'
import { answerBank, askedFor, type BankReply, pathOf, unavailable } from './bank-answer.ts'
import type { BankSource } from './bank-source.ts'

export interface BankParts {
  readonly source: BankSource
  readonly log: Log
}

/**
 * Sends the whole file, or 503 if nothing has been sent, or cuts the connection: nobody may take a part for the whole.
 */
export async function answerCall(parts: BankParts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort(new Error('the caller has gone away')))
  const tell = (thrown: unknown): void => {
    const { code, message } = toIsconfError(thrown)
    parts.log.warn({ code }, `package bank: ${pathOf(request.originalUrl)}: ${message}`)
  }
  try {
    await give(parts, request, reply, gone.signal, tell)
  } catch (thrown) {
    endIfBroken(thrown)
    if (reply.raw.headersSent) return void reply.raw.destroy()
    const error = toIsconfError(thrown)
    if (!gone.signal.aborted && error.code !== 'BLOB_MISSING') tell(error)
    sendText(unavailable(error), request.method, reply)
  }
}

/** `tell` hears why a file can't be sent to its end. */
async function give(
  { source }: BankParts,
  { method, originalUrl, headers }: FastifyRequest,
  reply: FastifyReply,
  gone: AbortSignal,
  tell: (thrown: unknown) => void,
): Promise<void> {
  const asked = askedFor(originalUrl)
  const name = asked && 'name' in asked ? asked.name : ''
  const found = await source.find(name)
  const names = asked && 'all' in asked ? await source.names() : []
  const answer = answerBank({ method, target: originalUrl, headers }, found, names)
  const { body } = answer
  if ('text' in body || method === 'HEAD') return sendText(answer, method, reply)
  const pieces = source.read({ name, blob: body.blob }, body.range, gone)
  try {
    const first = await pieces.next()
    const rest = following(first, pieces, (thrown) => {
      // Who has gone away needs to be told nothing. Later it could not be known: a failure takes the connection along.
      if (!gone.aborted) tell(thrown)
    })
    reply.code(answer.status).headers(answer.headers)
    reply.send(Readable.from(rest, { objectMode: true, highWaterMark: 1 }))
    await finished(reply.raw)
  } finally {
    await pieces.return(undefined)
  }
}

function sendText({ status, headers, body }: BankReply, method: string, reply: FastifyReply): void {
  reply
    .code(status)
    .headers(headers)
    .send(method === 'HEAD' || !('text' in body) ? undefined : body.text)
}

async function* following<T>(
  first: IteratorResult<T>,
  rest: AsyncIterable<T>,
  onFailure: (thrown: unknown) => void,
): AsyncGenerator<T> {
  if (first.done) return
  yield first.value
  try {
    yield* rest
  } catch (thrown) {
    onFailure(thrown)
    throw thrown
  }
}
