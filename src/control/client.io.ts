/** The command line's end of the control socket. */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemClock } from '../base/clock.io.ts'
import { IsconfError, sleep, toIsconfError } from '../base/index.ts'
import type { ControlEvent, ErrorEvent } from './answers/control-event.ts'
import type { DomainEvent, MissedEvents } from './answers/events.ts'
import { type Answer, exchange } from './exchange.io.ts'
import { callerHeader, restartingName } from './protocol.ts'

/** A daemon that goes over to another release answers again within a second or two; a slow host takes longer. */
const restartMsMax = 30_000
const lookEveryMs = 50

/** Hears all events of a POST except the last. */
export type EventListener = (event: Exclude<ControlEvent, { event: 'result' | 'alive' } | ErrorEvent>) => void

export interface Client {
  /** GET: the document. */
  get(path: string): Promise<unknown>
  /** GET: the text. */
  text(path: string): Promise<string>
  /** POST: the result, after its events. */
  post(path: string, body: object, onEvent: EventListener): Promise<unknown>
  /** GET of server-sent events, to their end. */
  listen(path: string, onEvent: (event: DomainEvent | MissedEvents) => void): Promise<void>
  /** Whether the daemon is restarting: the next request then waits for the new one. */
  isRestarting(): boolean
  /** Stops what this client's POST under way does; that ends with INTERRUPTED. */
  interrupt(): Promise<unknown>
}

/**
 * Talks to the daemon at `socketPath`. A daemon that is silent for `silenceSMax` seconds counts as lost. DAEMON_DOWN,
 * DAEMON_LOST, and the failures that the daemon reports.
 */
export function connect(socketPath: string, silenceSMax = 60): Client {
  const caller = uniqueName()
  const client: Client = {
    get: async (path) => {
      const answer = await send({ socketPath, silenceSMax, caller, method: 'GET', path })
      const document = parseJson(await textOf(answer))
      if (answer.status !== 200) throw failureOf(document)
      return document
    },
    text: async (path) => {
      const answer = await send({ socketPath, silenceSMax, caller, method: 'GET', path })
      const text = await textOf(answer)
      if (answer.status !== 200) throw failureOf(parseJson(text))
      return text
    },
    post: async (path, body, onEvent) => {
      for await (const line of linesOf(await send({ socketPath, silenceSMax, caller, method: 'POST', path, body }))) {
        const event = parseJson(line) as ControlEvent
        if (event.event === 'result') return event.result
        if (event.event === 'error') throw failureOf(event)
        if (event.event !== 'alive') onEvent(event)
      }
      throw lost()
    },
    listen: async (path, onEvent) => {
      const answer = await send({ socketPath, silenceSMax, caller, method: 'GET', path })
      if (answer.status !== 200) throw failureOf(parseJson(await textOf(answer)))
      const onEventText = ({ data }: { readonly data: string }): void =>
        onEvent(parseJson(data) as DomainEvent | MissedEvents)
      // Of all verbs one needs it, and it need not be there when the others start.
      const { createParser } = await import('eventsource-parser')
      const parser = createParser({ onEvent: onEventText })
      const decoder = new TextDecoder()
      for await (const chunk of guarded(answer.body)) parser.feed(decoder.decode(chunk, { stream: true }))
    },
    isRestarting: () => existsSync(restartingOf(socketPath)),
    interrupt: () => client.post('/v1/interrupt', {}, () => undefined),
  }
  return client
}

interface Call {
  readonly socketPath: string
  readonly silenceSMax: number
  readonly caller: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: object
}

/** From the system, because loading the library for it takes longer than what most verbs ask for. */
function uniqueName(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/uuid', 'utf8').trim()
  } catch {
    return randomUUID()
  }
}

/** Sends the request; if the daemon is restarting, a little later. */
async function send(call: Call): Promise<Answer> {
  const restarting = restartingOf(call.socketPath)
  for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
    // Also looked at before: a daemon that is back right after the attempt has taken it away.
    const wasRestarting = existsSync(restarting)
    try {
      return await sendOnce(call)
    } catch (error) {
      const isBackSoon = toIsconfError(error).code === 'DAEMON_DOWN' && (wasRestarting || existsSync(restarting))
      if (!isBackSoon || waitedMs >= restartMsMax) throw error
      await sleep(systemClock, lookEveryMs)
    }
  }
}

function restartingOf(socketPath: string): string {
  return join(dirname(socketPath), restartingName)
}

async function sendOnce({ socketPath, silenceSMax, caller, method, path, body }: Call): Promise<Answer> {
  const headers = { [callerHeader]: caller, ...(body && { 'content-type': 'application/json' }) }
  const silent = (): IsconfError =>
    new IsconfError('DAEMON_LOST', `the daemon has said nothing for ${silenceSMax} seconds`)
  try {
    return await exchange(
      socketPath,
      { method, path, headers, body: body && JSON.stringify(body) },
      silenceSMax,
      silent,
    )
  } catch (error) {
    throw unreachable(socketPath, error as NodeJS.ErrnoException)
  }
}

function unreachable(socketPath: string, error: NodeJS.ErrnoException): IsconfError {
  if (error instanceof IsconfError) return error
  // EINVAL: longer than the name of a socket may be. `isconf start`, which the hint names, says so.
  if (['ENOENT', 'ECONNREFUSED', 'EINVAL'].includes(error.code ?? '')) {
    return new IsconfError('DAEMON_DOWN', `the daemon is not running: nothing answers at ${socketPath}`)
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new IsconfError('NOT_ALLOWED', `may not talk to the daemon at ${socketPath}`)
  }
  return lost(error)
}

async function* linesOf({ body }: Answer): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of guarded(body)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

async function textOf({ body }: Answer): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of guarded(body)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function* guarded(body: Answer['body']): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw error instanceof IsconfError ? error : lost(error)
  }
}

function parseJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Told below.
  }
  throw lost()
}

/** The daemon may be of another release: its hint is shown, for its code may be unknown here. */
function failureOf(told: object): IsconfError {
  const { event, code, message, exit, hint } = told as ErrorEvent
  return event === 'error' ? new IsconfError(code, message, { exit, hint }) : lost()
}

function lost(cause?: unknown): IsconfError {
  return new IsconfError('DAEMON_LOST', 'the daemon ended in the middle of the request', { cause })
}
