/** TLS over a stream of another host, for both ends. */
import { Duplex } from 'node:stream'
import { connect, createServer, type TLSSocket } from 'node:tls'
import type { Dialed } from './dial.io.ts'
import type { Secured } from './listener.io.ts'
import { answerRelayed, type RelayedEnd, serveRelay } from './relay.ts'
import { dialOptions, type Purpose, peerOf, purposeOf, purposes, type TlsIdentity, tlsOptions } from './tls.io.ts'
import type { PeerId, Transport } from './transport.ts'

const chunkBytesMax = 64 * 1024
const handshakeMsMax = 10_000

/** Opens a TLS connection over another host. `signal` bounds it: nothing else does. */
export async function dialRelayed(
  end: RelayedEnd,
  purpose: Purpose,
  identity: TlsIdentity,
  signal: AbortSignal,
): Promise<Dialed> {
  const via = end.stream.peer
  const socket = connect({ ...dialOptions(identity, purpose), socket: duplexOf(end) })
  const onAbort = (): void => void socket.destroy(signal.reason as Error)
  signal.addEventListener('abort', onAbort)
  try {
    if (signal.aborted) onAbort()
    await secured(socket)
    if (purposeOf(socket) !== purpose) throw new Error('the other side is no host of ISconf')
    return { socket, peer: peerOf(socket), via }
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/**
 * Passes on what peers say to each other, and answers connections that come over other hosts: `accept` admits who is at
 * the other end of one.
 */
export function serveRelays(
  transport: Transport,
  identity: TlsIdentity,
  links: { toAsk(peer: PeerId): { readonly isRelayed: boolean } | undefined },
  accept: (facts: Secured & { readonly via: PeerId }) => Promise<void>,
): void {
  serveRelay(transport, (peer) => links.toAsk(peer)?.isRelayed === false)
  answerRelayed(transport, (end) =>
    acceptRelayed(end, identity, (facts) => void accept({ ...facts, via: end.stream.peer })),
  )
}

/** Answers a TLS connection that comes over another host; resolves when it is over. */
async function acceptRelayed(
  end: RelayedEnd,
  identity: TlsIdentity,
  onConnection: (facts: Secured) => void,
): Promise<void> {
  const duplex = duplexOf(end)
  const options = { ...tlsOptions(identity, purposes), handshakeTimeout: handshakeMsMax }
  const server = createServer(options, (socket) => {
    socket.on('error', () => undefined)
    try {
      const purpose = purposeOf(socket)
      if (purpose === undefined) throw new Error('the other side does not say what the connection is for')
      onConnection({ socket, peer: peerOf(socket), purpose })
    } catch (error) {
      socket.destroy(error as Error)
    }
  })
  server.on('tlsClientError', (_, socket) => socket.destroy())
  const over = new Promise<void>((resolve) => duplex.once('close', resolve))
  server.emit('connection', duplex)
  await over
}

function secured(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.once('close', () => reject(new Error('the other side hung up')))
    socket.once('secureConnect', () => resolve())
  })
}

function duplexOf({ stream, reader }: RelayedEnd): Duplex {
  const duplex = new Duplex({
    read: () => {
      reader.some(chunkBytesMax).then(
        (bytes) => duplex.push(bytes ?? null),
        (error: Error) => duplex.destroy(error),
      )
    },
    write: (chunk: Uint8Array, _, done) => {
      stream.write(chunk).then(() => done(), done)
    },
    final: (done) => {
      stream.closeWrite().then(() => done(), done)
    },
    destroy: (error, done) => {
      stream.abort(error ?? new Error('the connection was closed'))
      done(null)
    },
  })
  return duplex
}
