/** The package bank as programs of this host see it: HTTP on loopback, for whoever runs on this host. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Cancel, Clock } from '../base/index.ts'
import { shareConnections } from '../base/share-connections.io.ts'
import { bankPath } from '../control/index.ts'
import { answerCall, type BankParts } from './bank-handler.io.ts'
import type { BankServer } from './bank-source.ts'

const host = '127.0.0.1'
/** How many requests of a connection may wait for an earlier answer; no program sends as many. */
const waitingMax = 128
/** A caller that takes nothing for this long is gone, or stopped. */
const idleMs = 120_000
/** A request has no body, and its head is there at once. */
const requestMs = 10_000
/** Between two requests of a connection. */
const keepAliveMs = 5_000
/** Each holds two pieces in memory, and a make of root with many jobs has a few dozen. */
const limits = { rootMax: 64, othersMax: 32, userMax: 8 }
/** Between two tries to have the port. */
const retryMs = 15_000

export interface BankServerOptions extends BankParts {
  /** 0 takes any free one. */
  readonly port: number
  readonly clock: Clock
  /** Whose connections count as root's besides; who runs this process when absent. */
  readonly owner?: number | undefined
  /** Hears of each address that it has got, and of each new reason why it has none. */
  readonly onChange?: (server: Pick<BankServer, 'address' | 'warning'>) => void
}

/** Offers the bank; resolves when it answers, or has found its port taken and tries again now and then. */
export async function serveBank(options: BankServerOptions): Promise<BankServer> {
  const { port, clock, log, onChange = () => undefined } = options
  const server = makeServer(options)
  let address: string | undefined
  let warning: string | undefined
  let cancel: Cancel = () => undefined
  let closing = false
  const state = { address: () => address, warning: () => warning }
  const tryPort = async (): Promise<void> => {
    const failure = await listen(server, port)
    if (failure === undefined) {
      address = `http://${host}:${(server.address() as AddressInfo).port}${bankPath}`
      warning = undefined
      log.info({ address }, `the package bank answers at ${address}`)
      onChange(state)
      return
    }
    const text = `the package bank can't have port ${port} of ${host}, which IS_HTTP_PORT sets: ${failure}`
    const isNew = text !== warning
    warning = text
    if (isNew) {
      log.warn({}, `${text}; trying again every ${retryMs / 1_000} seconds`)
      onChange(state)
    }
    if (!closing) cancel = clock.after(retryMs, () => void tryPort())
  }
  await tryPort()
  return {
    ...state,
    close: async () => {
      closing = true
      cancel()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

/** What keeps it from listening; undefined when it does. */
function listen(server: Server, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening)
      if (error.code === 'EADDRINUSE') resolve('something else has it')
      else resolve(error.code === 'EACCES' ? 'it is not for every user' : error.message)
    }
    const onListening = (): void => {
      server.off('error', onError)
      resolve(undefined)
    }
    server.once('error', onError).once('listening', onListening).listen(port, host)
  })
}

/** By Node alone: there are no routes and no bodies for a library to care for, and one takes memory in each process. */
function makeServer(options: BankServerOptions): Server {
  const server = createServer({
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
  })
  /** The last answer of each connection that is still under way, and how many are. */
  const answerBySocket = new WeakMap<Socket, { readonly last: Promise<void>; readonly count: number }>()
  server.on('request', async (request, response) => {
    const { socket } = request
    // A body is nothing to the bank.
    request.resume()
    // One after the other: who sends a thousand requests at once must not have a thousand answers in memory.
    const { last, count } = answerBySocket.get(socket) ?? { last: Promise.resolve(), count: 0 }
    if (count >= waitingMax) socket.destroy()
    const own = last.then(() => (socket.destroyed ? undefined : answerCall(options, request, response)))
    answerBySocket.set(socket, { last: own, count: count + 1 })
    await own
    const now = answerBySocket.get(socket)
    if (now === undefined || now.last === own) answerBySocket.delete(socket)
    else answerBySocket.set(socket, { last: now.last, count: now.count - 1 })
  })
  limit(server, options, (socket) => answerBySocket.has(socket))
  return server
}

/** `isAnswered` tells whether an answer to a connection is under way. */
function limit(server: Server, options: BankServerOptions, isAnswered: (socket: Socket) => boolean): void {
  shareConnections({ server, what: 'package bank', limits, ...options })
  server.setTimeout(idleMs, (socket) => {
    // Who waits for us is no reason to cut; who has bytes waiting and takes none is.
    if (socket.writableLength > 0 || !isAnswered(socket)) socket.destroy()
    else socket.setTimeout(idleMs)
  })
  server.on('error', (error) => {
    if (server.listening) options.log.warn({}, `package bank: ${error.message}`)
  })
}
