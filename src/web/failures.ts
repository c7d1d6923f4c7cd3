/** Failures as pages. */
import type { FastifyReply } from 'fastify'
import { type ErrorCode, endIfBroken, type Log, toIsconfError } from '../base/index.ts'
import type { Render } from './render.ts'

const statusByCode: Partial<Record<ErrorCode, number>> = {
  NO_SUCH_HOST: 404,
  NO_SUCH_OPERATION: 404,
  NO_SUCH_BRANCH: 404,
  NOT_KEPT: 404,
  HOST_NOT_REACHED: 504,
  BAD_REQUEST: 400,
  DAEMON_DOWN: 503,
  DAEMON_LOST: 503,
}

/** What is said about a failure; if it is none of ours, the log has more. */
export function failureOf(thrown: unknown, log: Log): Failure {
  endIfBroken(thrown)
  const refused = (thrown as { statusCode?: number }).statusCode
  if (refused !== undefined && refused < 500)
    return { status: refused, title: 'There is no such page', hint: (thrown as Error).message }
  const { code, message, hint } = toIsconfError(thrown)
  if (code === 'UNEXPECTED') log.error({ err: thrown }, 'the page: unexpected failure')
  return { status: statusByCode[code] ?? 500, title: message, hint }
}

export const htmlType = 'text/html; charset=utf-8'

/** Without anything about this host. */
const noFrame = {
  domain: null,
  host: null,
  release: null,
  session: null,
  events: null,
  fresh: null,
  links: [],
  time: null,
}

/** An answer that is no page. */
export interface Failure {
  readonly status: number
  readonly title: string
  readonly hint: string
}

const loginHint = 'Run isconf web on this host, as somebody who may use it, and open the link that it prints.'
/** For somebody without a session, also for pages that do not exist: who may not look is not told what there is. */
export const loggedOut: Failure = { status: 401, title: 'You are not logged in', hint: loginHint }
export const usedLink: Failure = {
  status: 401,
  title: 'This link does not log you in: it holds once, and for ten minutes',
  hint: loginHint,
}

/** Answers with it; `frame` is what else stands on the page. */
export function sendFailure(
  reply: FastifyReply,
  render: Render,
  { status, title, hint }: Failure,
  frame: object = {},
): FastifyReply {
  return reply
    .code(status)
    .type(htmlType)
    .send(render('failure', { view: { title, hint }, frame: { ...noFrame, ...frame } }))
}
