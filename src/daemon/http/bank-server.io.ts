/** The package bank as programs of this host see it: HTTP on loopback, for whoever runs on this host. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Cancel, type Clock, endIfBroken, type Log, toIsconfError } from '../../base/index.ts'
import { bankPath } from '../../control/index.ts'
import type { HostDaemon } from '../host-daemon.ts'
import { answerBank, type BankReply, unavailable } from './bank-answer.ts'

// As in src/control/client.io.ts.
const { createServer } = process.getBuiltinModule('node:http')

const host = '127.0.0.1'
/** Connections at once: each holds two pieces in memory, and a make with many jobs has a few dozen. */
const connectionsMax = 64
/** A caller that takes nothing for this long is gone, or stopped. */
const idleMs = 120_000
/** A request has no body, and its head is there at once. */
const requestMs = 10_000
/** Between two words about callers that are refused. */
const tellEveryMs = 60_000
/** Between two tries to have the port. */
const retryMs = 15_000

export interface BankServerOptions {
  /** 0 takes any free one. */
  readonly port: number
  readonly daemon: Pick<HostDaemon, 'banks' | 'branch' | 'blobs'>
  readonly clock: Clock
  readonly log: Log
}

export interface BankServer {
  /** `http://127.0.0.1:PORT/pkgbank`; undefined while the port can't be had. */
  readonly address: () => string | undefined
  /** Why there is no address. */
  readonly warning: () => string | undefined
  close(): Promise<void>
}

/** Offers the bank; resolves when it answers, or has found its port taken and tries again now and then. */
export async function serveBank(options: BankServerOptions): Promise<BankServer> {
  const { port, clock, log } = options
  const server = makeServer(options)
  let address: string | undefined
  let warning: string | undefined
  let cancel: Cancel = () => undefined
  let closing = false
  const tryPort = async (): Promise<void> => {
    const failure = await listen(server, port)
    if (failure === undefined) {
      address = `http://${host}:${(server.address() as AddressInfo).port}${bankPath}`
      warning = undefined
      log.info({ address }, `the package bank answers at ${address}`)
      return
    }
    const text = `the package bank can't have port ${port} of ${host}, which IS_HTTP_PORT sets: ${failure}`
    if (text !== warning) log.warn({}, `${text}; trying again every ${retryMs / 1_000} seconds`)
    warning = text
    if (!closing) cancel = clock.after(retryMs, () => void tryPort())
  }
  await tryPort()
  return {
    address: () => address,
    warning: () => warning,
    close: async () => {
      closing = true
      cancel()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

/** What keeps it from listening; undefined when it does. */
function listen(server: Server, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening)
      resolve(error.code === 'EADDRINUSE' ? 'something else has it' : error.message)
    }
    const onListening = (): void => {
      server.off('error', onError)
      resolve(undefined)
    }
    server.once('error', onError).once('listening', onListening).listen(port, host)
  })
}

function makeServer(options: BankServerOptions): Server {
  /** The last answer of each connection that is still under way. */
  const answerBySocket = new WeakMap<Socket, Promise<void>>()
  const server = createServer({ headersTimeout: requestMs, requestTimeout: requestMs }, (request, response) => {
    const { socket } = request
    // One after the other: who sends a thousand requests at once must not have a thousand answers in memory.
    const own = (answerBySocket.get(socket) ?? Promise.resolve())
      .then(() => (socket.destroyed ? undefined : answer(options, request, response)))
      .then(() => {
        if (answerBySocket.get(socket) === own) answerBySocket.delete(socket)
      })
    answerBySocket.set(socket, own)
  })
  server.maxConnections = connectionsMax
  server.setTimeout(idleMs, (socket) => {
    // Who waits for us is no reason to cut; who has bytes waiting and takes none is.
    if (socket.writableLength > 0 || !answerBySocket.has(socket)) socket.destroy()
    else socket.setTimeout(idleMs)
  })
  server.on('error', (error) => {
    if (server.listening) options.log.warn({}, `package bank: ${error.message}`)
  })
  let toldMs = Number.NEGATIVE_INFINITY
  server.on('drop', () => {
    const nowMs = options.clock.monotonicMs()
    // Whoever opens that many can open many more.
    if (nowMs - toldMs < tellEveryMs) return
    toldMs = nowMs
    options.log.warn({}, `package bank: refused connections beyond ${connectionsMax}`)
  })
  return server
}

/** Without what a caller may add to the name of a file. */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?')[0] ?? ''
}

/** Answers whole, or with 503 while nothing is sent, or cuts: nobody is to take a part for the whole. */
async function answer(options: BankServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Error('the caller has gone away')))
  const tell = (thrown: unknown): void => {
    const { code, message } = toIsconfError(thrown)
    options.log.warn({ code }, `package bank: ${pathOf(request)}: ${message}`)
  }
  try {
    await give(options, request, response, gone.signal, tell)
  } catch (thrown) {
    endIfBroken(thrown)
    if (response.headersSent) return void response.destroy()
    const error = toIsconfError(thrown)
    if (!gone.signal.aborted && error.code !== 'BLOB_MISSING') tell(error)
    sendText(unavailable(error), request.method ?? '', response)
  }
}

/** `tell` hears why what is being sent has no end. */
async function give(
  { daemon }: BankServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  gone: AbortSignal,
  tell: (thrown: unknown) => void,
): Promise<void> {
  const { banks, branch, blobs } = daemon
  const { method = '', url = '', headers } = request
  const reply = answerBank({ method, target: url, headers }, await banks.filesOf(branch), branch.name)
  const { body } = reply
  if ('text' in body || method === 'HEAD') return sendText(reply, method, response)
  const pieces = blobs.read(body.blob, body.range, gone)
  try {
    const first = await pieces.next()
    response.writeHead(reply.status, reply.headers)
    const rest = following(first, pieces, (thrown) => {
      // Who has gone away needs to be told nothing. Later it could not be known: a failure takes the connection along.
      if (!gone.aborted) tell(thrown)
    })
    await pipeline(Readable.from(rest, { objectMode: true, highWaterMark: 1 }), response)
  } finally {
    await pieces.return(undefined)
  }
}

function sendText({ status, headers, body }: BankReply, method: string, response: ServerResponse): void {
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
