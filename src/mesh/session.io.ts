/** HTTP/2 on a socket of the mesh: both roles, and their limits. */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'

/** How much of one stream may be received and unread before the other side has to wait. */
const streamWindowBytes = 1024 * 1024
/** The same for all streams together: large, so that a stream that nobody reads does not block the others. */
const connectionWindowBytes = 16 * 1024 * 1024
/** How many streams the other end may open, with some to spare for those that it believes closed. */
const servedMax = 128
/** For all that both ends have not read yet. */
const sessionMemoryMB = 192
/** A host that gets what it needs from one peer cancels what it asked of all others: that is no attack. */
const cancelBurst = 10_000
const cancelsPerSecond = 1_000
const options = {
  maxSessionMemory: sessionMemoryMB,
  streamResetBurst: cancelBurst,
  streamResetRate: cancelsPerSecond,
  settings: {
    enablePush: false,
    initialWindowSize: streamWindowBytes,
    maxConcurrentStreams: servedMax,
    maxHeaderListSize: 4096,
  },
}

/** This end asks. */
export function askingSession(socket: TLSSocket): ClientHttp2Session {
  const session = connect('https://isconf', { ...options, createConnection: () => socket })
  session.once('connect', () => session.setLocalWindowSize(connectionWindowBytes))
  return session
}

/** This end answers. */
export function answeringSession(socket: TLSSocket): ServerHttp2Session {
  const session = performServerHandshake(socket, options)
  session.setLocalWindowSize(connectionWindowBytes)
  return session
}

/** The other end did nothing with a request, which may be made again elsewhere. */
export class RefusedStreamError extends Error {
  override readonly name = 'RefusedStreamError'
}

/** The status that a request is answered with; rejects when there is no answer. */
export function statusOf(stream: ClientHttp2Stream, signal: AbortSignal | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      stream.destroy(signal?.reason as Error)
    }
    const end = (): void => signal?.removeEventListener('abort', onAbort)
    signal?.addEventListener('abort', onAbort, { once: true })
    stream.once('response', (headers) => {
      end()
      resolve(Number(headers[':status']))
    })
    // Of a session that dies a stream may see neither an answer nor an error.
    stream.once('close', () => {
      end()
      const isRefused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM
      reject(
        signal?.aborted ? signal.reason : isRefused ? new RefusedStreamError('refused') : new Error('connection lost'),
      )
    })
  })
}

/** Answers a request with its status; false if whoever asked has cancelled it meanwhile, perhaps at once. */
export function begin(stream: ServerHttp2Stream, status: 200 | 404): boolean {
  if (stream.destroyed || stream.closed) return false
  stream.respond({ ':status': status }, status === 200 ? { waitForTrailers: true } : { endStream: true })
  return true
}
