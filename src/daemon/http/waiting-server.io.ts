/**
 * The control socket of a daemon whose host can't take part in a domain yet: it has none, or its disk has the journals
 * of another one. It says so to whoever asks, and does nothing but what gets the host out of it.
 */
import { chmod, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import Fastify from 'fastify'
import * as z from 'zod'
import { type IsconfError, isName, type Log, noSchemas } from '../../base/index.ts'
import type { LeaveAnswer, RestartAnswer, StopAnswer, WaitingStatus } from '../../control/index.ts'
import { askedBy } from '../../machine/index.ts'
import { checked, user } from '../requests/shared/input.ts'
import { answerError } from './answer-error.ts'
import { logAsked } from './asked.ts'

export interface WaitingServerOptions {
  readonly socketPath: string
  /** What the host waits for now. */
  readonly failure: () => IsconfError
  readonly status: () => Omit<WaitingStatus, 'waiting'>
  readonly log: Log
  readonly onStop: (after: undefined) => void
  readonly onRestart: (after: undefined) => Promise<boolean>
  /** Sets aside what the host has of another domain. */
  readonly onLeave: (user: string, domain: string) => Promise<LeaveAnswer>
}

const leaveBody = z.strictObject({ user, domain: z.string().refine(isName, 'not a domain name') })

/** Serves it until what it returns is called. */
export async function serveWaiting(options: WaitingServerOptions): Promise<() => Promise<void>> {
  const { socketPath, failure, status, log } = options
  const app = Fastify({ forceCloseConnections: true, schemaController: noSchemas })
  app.setErrorHandler((thrown, _, reply) => answerError(reply, thrown, log))
  app.setNotFoundHandler((_, reply) => answerError(reply, failure(), log))
  app.addHook('preHandler', async ({ method, url, body, socket }) => {
    if (method === 'POST') logAsked(log, basename(url), body, askedBy(socket))
  })
  app.get('/v1/status', (): WaitingStatus => {
    const { code, message, hint } = failure()
    return { ...status(), waiting: { code, message, hint } }
  })
  app.post('/v1/stop', async () => {
    options.onStop(undefined)
    return { event: 'result', result: { pid: process.pid, after: null } satisfies StopAnswer }
  })
  app.post('/v1/restart', async () => {
    const restarts = await options.onRestart(undefined)
    return { event: 'result', result: { pid: process.pid, restarts, after: null } satisfies RestartAnswer }
  })
  app.post('/v1/leave', async (request) => {
    const { user, domain } = checked(leaveBody, request.body)
    return { event: 'result', result: await options.onLeave(user, domain) }
  })
  await rm(socketPath, { force: true })
  await app.listen({ path: socketPath })
  await chmod(socketPath, 0o600)
  return () => app.close()
}
