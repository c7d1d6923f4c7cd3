/** How a failure is told over the control socket. */
import type { FastifyReply } from 'fastify'
import { type ErrorCode, endIfBroken, type Log, toIsconfError } from '../../base/index.ts'
import type { ErrorEvent } from '../../control/index.ts'

const clientErrors: readonly ErrorCode[] = ['BAD_REQUEST', 'USAGE']

/** A failure as the last event of a POST. */
export function toErrorEvent(thrown: unknown, log: Log): ErrorEvent {
  endIfBroken(thrown)
  const error = toIsconfError(thrown)
  if (error.code === 'UNEXPECTED') log.error({ err: thrown }, 'unexpected failure')
  return { event: 'error', code: error.code, message: error.message, hint: error.hint, exit: error.exit }
}

/** A failure as the whole answer. */
export function answerError(reply: FastifyReply, error: unknown, log: Log): void {
  const event = toErrorEvent(error, log)
  void reply.status(clientErrors.includes(event.code) ? 400 : 500).send(event)
}
