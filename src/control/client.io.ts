/** The command line's end of the control socket. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { dirname, join } from 'node:path'
import { systemClock } from '../base/clock.io.ts'
import { IsconfError, sleep, toIsconfError } from '../base/index.ts'
import type { DomainEvent, MissedEvents } from './events.ts'
import { type ControlEvent, callerHeader, type ErrorEvent, restartingName } from './protocol.ts'

// An import of it reads every name that it exports, WebSocket among them, and so loads all of fetch: 40 ms of CPU.
const http = (): typeof import('node:http') => process.getBuiltinModule('node:http')

/** A daemon that goes over to another release answers again within a second or two; a slow host takes longer. */
const restartMsMax = 30_000
const lookEveryMs = 50
const secondMs = 1_000

/** Hears the events of a POST, but for the last. */
export type EventListener = (event: Exclude<ControlEvent, { event: 'result' | 'alive' } | ErrorEvent>) => void

export interface Client {
  /** GET: the document. */
  get(path: string): Promise<unknown>
  /** POST: the result, after its events. */
  post(path: string, body: object, onEvent: EventListener): Promise<unknown>
  /** GET of server-sent events, to their end. */
  listen(path: string, onEvent: (event: DomainEvent | MissedEvents) => void): Promise<void>
  /** Whether the daemon is about to be another one: what is asked next waits for that. */
  isRestarting(): boolean
  /** Stops what this client's POST under way does; that ends with INTERRUPTED. */
  interrupt(): Promise<unknown>
}

/**
 * Talks to the daemon behind `socketPath`, and takes one that says nothing for `silenceSMax` seconds for lost.
 * DAEMON_DOWN, DAEMON_LOST, and whatever failure the daemon tells.
 */
export function connect(socketPath: string, silenceSMax = 60): Client {
  const caller = randomUUID()
  const client: Client = {
    get: async (path) => {
      const response = await send({ socketPath, silenceSMax, caller, method: 'GET', path })
      const document = parseJson(await textOf(response))
      if (response.statusCode !== 200) throw failureOf(document)
      return document
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
      const response = await send({ socketPath, silenceSMax, caller, method: 'GET', path })
      if (response.statusCode !== 200) throw failureOf(parseJson(await textOf(response)))
      const onEventText = ({ data }: { readonly data: string }): void =>
        onEvent(parseJson(data) as DomainEvent | MissedEvents)
      // Of all verbs one needs it, and it need not be there when the others start.
      const { createParser } = await import('eventsource-parser')
      const parser = createParser({ onEvent: onEventText })
      const decoder = new TextDecoder()
      for await (const chunk of guarded(response)) parser.feed(decoder.decode(chunk, { stream: true }))
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

/** Sends it; to a daemon that is about to be back, a little later. */
async function send(call: Call): Promise<IncomingMessage> {
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

function sendOnce({ socketPath, silenceSMax, caller, method, path, body }: Call): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { [callerHeader]: caller, ...(body && { 'content-type': 'application/json' }) }
    // Each call has a connection of its own: one that is left over from the call before may lead to a daemon that has
    // ended since, as between the two halves of a restart.
    const call: ClientRequest = http().request({ socketPath, method, path, headers, agent: false }, resolve)
    call.once('error', (error: NodeJS.ErrnoException) => reject(unreachable(socketPath, error)))
    giveUpOnSilence(call, silenceSMax)
    call.end(body && JSON.stringify(body))
  })
}

/** Counts seconds in which this process ran: after a Ctrl-Z of an hour, what the daemon said meanwhile is read first. */
function giveUpOnSilence(call: ClientRequest, silenceSMax: number): void {
  let silentS = 0
  let response: IncomingMessage | undefined
  const heard = (): void => {
    silentS = 0
  }
  const timer = setInterval(() => {
    silentS += 1
    if (silentS <= silenceSMax) return
    clearInterval(timer)
    ;(response ?? call).destroy(
      new IsconfError('DAEMON_LOST', `the daemon has said nothing for ${silenceSMax} seconds`),
    )
  }, secondMs)
  call.once('response', (found: IncomingMessage) => {
    response = found
    silentS = 0
    // Not by listening to data, which would be read before anybody wants it.
    found.socket.on('data', heard)
  })
  call.once('close', () => clearInterval(timer))
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

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of guarded(response)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of guarded(response)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

async function* guarded(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* response
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
