/** How a request to the package bank is answered: with what bank-answer.ts says, and a file as its pieces come. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
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
export async function answerCall(parts: BankParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Error('the caller has gone away')))
  const tell = (thrown: unknown): void => {
    const { code, message } = toIsconfError(thrown)
    parts.log.warn({ code }, `package bank: ${pathOf(targetOf(request))}: ${message}`)
  }
  try {
    await give(parts, request, response, gone.signal, tell)
  } catch (thrown) {
    endIfBroken(thrown)
    if (response.headersSent) return void response.destroy()
    const error = toIsconfError(thrown)
    if (!gone.signal.aborted && error.code !== 'BLOB_MISSING') tell(error)
    sendText(unavailable(error), request, response)
  }
}

/** `tell` hears why a file can't be sent to its end. */
async function give(
  { source }: BankParts,
  request: IncomingMessage,
  response: ServerResponse,
  gone: AbortSignal,
  tell: (thrown: unknown) => void,
): Promise<void> {
  const { method = '', headers } = request
  const target = targetOf(request)
  const asked = askedFor(target)
  const name = asked && 'name' in asked ? asked.name : ''
  const found = await source.find(name)
  const names = asked && 'all' in asked ? await source.names() : []
  const answer = answerBank({ method, target, headers }, found, names)
  const { body } = answer
  if ('text' in body || method === 'HEAD') return sendText(answer, request, response)
  const pieces = source.read({ name, blob: body.blob }, body.range, gone)
  try {
    const first = await pieces.next()
    const rest = following(first, pieces, (thrown) => {
      // Who has gone away needs to be told nothing. Later it could not be known: a failure takes the connection along.
      if (!gone.aborted) tell(thrown)
    })
    response.writeHead(answer.status, answer.headers)
    await pipeline(Readable.from(rest, { objectMode: true, highWaterMark: 1 }), response)
  } finally {
    await pieces.return(undefined)
  }
}

function targetOf({ url = '' }: IncomingMessage): string {
  return url
}

function sendText({ status, headers, body }: BankReply, { method }: IncomingMessage, response: ServerResponse): void {
  response.writeHead(status, headers).end(method === 'HEAD' || !('text' in body) ? undefined : body.text)
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
