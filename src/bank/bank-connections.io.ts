/** HTTP on connections to the package bank, whoever has listened for them. */
import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { AdmittedConnection } from '../base/share-connections.io.ts'
import { answerCall, type BankParts } from './bank-handler.io.ts'

/** How many requests of a connection may wait for an earlier answer; no program sends as many. */
const waitingMax = 128
/** A caller that takes nothing for this long is gone, or stopped. */
const idleMs = 120_000
/** A request has no body, and its head is there at once. */
const requestMs = 10_000
/** Between two requests of a connection. */
const keepAliveMs = 5_000

/** What serves connections to the bank. */
export interface BankConnections {
  /** Serves one, from which nothing was read, and has it leave when it is over. */
  serve(socket: Socket, admitted: AdmittedConnection): void
  /** Ends those that are open. */
  close(): void
}

/** Has them served by this process. */
export function bankConnections(parts: BankParts): BankConnections {
  let server: Server | undefined
  return {
    serve: (socket, { leave }) => {
      // Only now: one that nobody calls would wake this process now and then all the same.
      server ??= makeServer(parts)
      socket.once('close', leave)
      server.emit('connection', socket)
      socket.resume()
    },
    close: () => {
      server?.close()
      server?.closeAllConnections()
      server = undefined
    },
  }
}

/** By Node alone: there are no routes and no bodies for a library to care for, and one takes memory in each process. */
function makeServer(parts: BankParts): Server {
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
    const own = last.then(() => (socket.destroyed ? undefined : answerCall(parts, request, response)))
    answerBySocket.set(socket, { last: own, count: count + 1 })
    await own
    const now = answerBySocket.get(socket)
    if (now === undefined || now.last === own) answerBySocket.delete(socket)
    else answerBySocket.set(socket, { last: now.last, count: now.count - 1 })
  })
  server.setTimeout(idleMs, (socket) => {
    // Who waits for us is no reason to cut; who has bytes waiting and takes none is.
    if (socket.writableLength > 0 || !answerBySocket.has(socket)) socket.destroy()
    else socket.setTimeout(idleMs)
  })
  // It is given its connections, and listens nowhere; but only one that listens looks for requests that never end.
  server.emit('listening')
  return server
}
