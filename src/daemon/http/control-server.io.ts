/** The daemon's end of the control socket. */
import { chmod, rm } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { systemClock } from '../../base/clock.io.ts'
import { IsconfError, type Log, noSchemas, sleep } from '../../base/index.ts'
import { type ControlEvent, callerHeader, requestBytesMax } from '../../control/index.ts'
import { askedBy } from '../../machine/index.ts'
import type { HostDaemon } from '../host-daemon.ts'
import { expositionType } from '../metrics/metric.ts'
import type { OneAtATime } from '../one-at-a-time.ts'
import type { EventFeed } from '../requests/events.ts'
import { requests } from '../requests/index.ts'
import { type Parts, type ProcessFacts, partsOf } from '../requests/shared/parts.ts'
import { kinds, type Request } from '../requests/shared/request.ts'
import { refuseCloned, unattendedUp } from '../unattended-here.ts'
import { answerError, toErrorEvent } from './answer-error.ts'
import { logAsked, logEnd } from './asked.ts'
import { EventStreams, feedQuery, streamsMax } from './event-streams.io.ts'
import { ReadRequests } from './read-requests.ts'
import { tellTo } from './tell.ts'

export interface ControlServerOptions {
  readonly socketPath: string
  readonly daemon: HostDaemon
  readonly facts: ProcessFacts
  readonly log: Log
  /** Called for `isconf stop`; `after` is the verb that finishes first, if any. */
  readonly onStop: (after: string | undefined) => void
  /**
   * Called for `isconf restart`; `after` is the verb that finishes first, if any. Whether somebody starts the daemon
   * again when it ends.
   */
  readonly onRestart: (after: string | undefined) => Promise<boolean>
  /** Called when a verb that may have changed the host has ended; its end is told after this. */
  readonly afterVerb: () => Promise<void>
}

/** How often a caller hears something, whatever is being done for it. It waits for a minute or longer. */
const aliveEveryMs = 5_000
/** Between two looks at whether all callers are gone. */
const lookEveryMs = 20
/** A caller that only reads and does not go is not waited for longer. */
const drainMsMax = 5_000

export interface ControlServer {
  /** The verb under way that may change the host. */
  busyWith(): string | undefined
  /** Resolves when no verb that may change the host is under way. */
  whenIdle(): Promise<void>
  /** Accepts no new callers and lets the present ones finish, for a restart that interrupts nobody. */
  drain(): Promise<void>
  /** Stops what is under way, then the listening. */
  close(): Promise<void>
}

/** Serves the control API. The socket is open to its owner only. */
export async function serveControl(options: ControlServerOptions): Promise<ControlServer> {
  const { daemon, facts, socketPath, onStop, onRestart } = options
  const app = Fastify({ bodyLimit: requestBytesMax, forceCloseConnections: true, schemaController: noSchemas })
  const { changes } = daemon
  const [readRequests, streams] = [new ReadRequests(), new EventStreams()]
  app.setErrorHandler((thrown, _, reply) => answerError(reply, badRequestOr(thrown), options.log))
  app.setNotFoundHandler((request, reply) => {
    answerError(reply, new IsconfError('BAD_REQUEST', `no such request: ${request.method} ${request.url}`), options.log)
  })
  const parts = partsOf(daemon, {
    ...facts,
    stop: (whenIdle) => {
      const after = whenIdle ? changes.verb : undefined
      onStop(after)
      return after ?? null
    },
    restart: async () => ({ after: changes.verb ?? null, restarts: await onRestart(changes.verb) }),
    running: () => changes.verb,
    unattended: () => unattended?.status(),
    interrupt: (caller) => changes.interrupt(caller) ?? readRequests.interrupt(caller),
  })
  const settings = facts.upSettings
  const unattended = settings && unattendedUp({ parts, random: daemon.deps.random, changes, settings, ...options })
  for (const request of requests) {
    const { method, changesHost, streams: isStream } = kinds[request.kind]
    // What only reads need not wait for what changes this host.
    if (request.kind === 'feed') addFeed(app, request, parts, streams)
    else if (request.kind === 'text') addText(app, request, parts)
    else if (isStream) addStream(app, request, parts, changesHost ? changes : readRequests, options)
    else if (method === 'GET') app.get(pathOf(request), ({ query }) => request.answer(parts, query, silent))
    else app.post(pathOf(request), (call) => answerAtOnce(request, parts, call, options.log))
  }
  // The pid file is ours, so a socket that is there is one that a killed daemon left.
  await rm(socketPath, { force: true })
  await app.listen({ path: socketPath })
  await chmod(socketPath, 0o600)
  unattended?.start(facts.onUpSettings)
  return {
    busyWith: () => changes.verb,
    whenIdle: () => changes.whenIdle(),
    drain: async () => {
      unattended?.stop()
      await rm(socketPath, { force: true })
      streams.end()
      const beganMs = systemClock.monotonicMs()
      const isOver = async (): Promise<boolean> => {
        if (!changes.isIdle) return false
        return systemClock.monotonicMs() - beganMs > drainMsMax || (await connectionsOf(app)) === 0
      }
      while (!(await isOver())) await sleep(systemClock, lookEveryMs)
    },
    close: async () => {
      unattended?.stop()
      await changes.end()
      streams.end()
      await app.close()
    },
  }
}

function connectionsOf(app: FastifyInstance): Promise<number> {
  return new Promise((resolve) => app.server.getConnections((error, count) => resolve(error ? 0 : count)))
}

function pathOf({ name }: Request): string {
  return `/v1/${name}`
}

/** Of a request whose answer is one document: nobody hears of its progress. */
const silent = { tell: () => undefined, signal: new AbortController().signal }

async function answerAtOnce(request: Request, parts: Parts, call: FastifyRequest, log: Log): Promise<ControlEvent> {
  logAsked(log, request.name, call.body, askedBy(call.socket))
  return { event: 'result', result: await request.answer(parts, call.body, { ...silent, caller: callerOf(call) }) }
}

function addStream(
  app: FastifyInstance,
  request: Request,
  parts: Parts,
  runs: Pick<OneAtATime, 'begin'>,
  { log, afterVerb }: ControlServerOptions,
): void {
  app.post(pathOf(request), (call, reply) => {
    const stream = new PassThrough()
    reply.type('application/x-ndjson').send(stream)
    const { changesHost } = kinds[request.kind]
    const who = changesHost ? askedBy(call.socket) : undefined
    if (changesHost) logAsked(log, request.name, call.body, who)
    const tell = tellTo(stream, changesHost ? systemClock : undefined)
    // Who does not read hears enough of it later.
    const alive = setInterval(() => !stream.writableNeedDrain && void tell({ event: 'alive' }), aliveEveryMs)
    const run = runs.begin(request.name, callerOf(call), async (signal) => {
      try {
        refuseCloned(parts.process)
        const result = await request.answer(parts, call.body, { tell, signal, askedBy: who })
        return { event: 'result', result } as const
      } finally {
        await afterVerb()
      }
    })
    // What is only read nobody wants any more who hangs up. What changes this host is not half done for it: who means
    // that says `interrupt`, as Ctrl-C does.
    if (!changesHost) reply.raw.once('close', () => run.interrupt())
    if (changesHost)
      run.done.then(
        () => logEnd(log, request.name),
        (thrown: unknown) => logEnd(log, request.name, thrown),
      )
    void run.done
      .catch((thrown: unknown) => toErrorEvent(thrown, log))
      .then((last) => tell(last))
      .finally(() => {
        clearInterval(alive)
        stream.end()
      })
    return reply
  })
}

/** Also at the path by which monitors know it, whatever the version of all else. */
function addText(app: FastifyInstance, request: Request, parts: Parts): void {
  const answer = async ({ query }: FastifyRequest, reply: FastifyReply): Promise<unknown> =>
    reply.type(expositionType).send(await request.answer(parts, query, silent))
  for (const path of [pathOf(request), `/${request.name}`]) app.get(path, answer)
}

function addFeed(app: FastifyInstance, request: Request, parts: Parts, streams: EventStreams): void {
  app.get(pathOf(request), async (call, reply) => {
    if (streams.isFull) throw new IsconfError('BAD_REQUEST', `${streamsMax} callers listen already`)
    const feed = (await request.answer(parts, feedQuery(call), silent)) as EventFeed
    streams.serve(feed, reply, aliveEveryMs)
  })
}

/** Fastify's own refusals (no JSON, too long) carry a status. */
function badRequestOr(thrown: unknown): unknown {
  const status = (thrown as { statusCode?: number }).statusCode ?? 500
  return status < 500 ? new IsconfError('BAD_REQUEST', `not a valid request: ${(thrown as Error).message}`) : thrown
}

function callerOf(request: FastifyRequest): string | undefined {
  const caller = request.headers[callerHeader]
  return typeof caller === 'string' ? caller : undefined
}
