/**
 * Accepts TLS connections. Connections that are not admitted yet are bounded, and a flood of strangers from one address
 * costs only that address its places. No rate is limited, because a whole site may come from one address after a power
 * cut; but TLS begins when it is the turn of the address.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls'
import { IsconfError, type Log } from '../base/index.ts'
import { addressText } from './address.ts'
import { type AdmissionTurns, sharedAddress } from './admission-turns.ts'
import type { Refusals } from './refusals.ts'
import { type Purpose, peerOf, purposeOf, purposes, type TlsIdentity, tlsOptions } from './tls.io.ts'
import type { PeerId } from './transport.ts'

/** A connection that has become secure, and who is at the other end. */
export interface Secured {
  readonly socket: TLSSocket
  readonly peer: PeerId
  readonly purpose: Purpose
}

export interface ListenerOptions {
  readonly identity: TlsIdentity
  /** IP address to listen on, such as 0.0.0.0. */
  readonly host: string
  /** TCP port; 0 for any that is free. */
  readonly port: number
  readonly refusals: Refusals
  readonly turns: AdmissionTurns
  readonly log: Log
  readonly setSegmentMax?: ((fd: number, bytes: number) => void) | undefined
  /** A peer is at the other end, and is to be admitted: `admitted` is called when it was. */
  readonly onConnection: (facts: Secured, admitted: () => void) => void
}

/**
 * The largest segment that fits into a packet of 1,280 bytes, which every path of IPv6 carries, and nearly every one of
 * IPv4. On a path that carries less than its ends believe, and loses the messages that would say so, TLS would else stop
 * at its first full packet. Both ends of a connection go by the listener's.
 */
const segmentBytesMax = 1_220
/** Not admitted yet, from all addresses together. */
const pendingMax = 512
/** To wait for a turn, and then for the handshake. */
const handshakeMsMax = 10_000
/**
 * What a handshake costs of the processor, with the beginning of HTTP/2. Node does it a piece at a time, so that it can't
 * be measured as it goes; `npm run bench -- admission` measures it.
 */
const handshakeCostMs = 3
/** What TLS says of a first message that is not one of its own. */
const notTls = /WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|BAD_RECORD_TYPE/

export class Listener {
  readonly #options: ListenerOptions
  readonly #server: Server
  readonly #tls: TlsServer
  /** Sockets that are not admitted yet, by the address they come from, the oldest first. */
  readonly #pendingByAddress = new Map<string, Set<Socket>>()
  #pendingCount = 0

  private constructor(options: ListenerOptions) {
    this.#options = options
    this.#tls = createTlsServer({ ...tlsOptions(options.identity, purposes), handshakeTimeout: handshakeMsMax })
    // Not read before TLS is there to read it.
    this.#server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => this.#accept(socket))
    this.#tls.on('secureConnection', (socket) => this.#secured(socket))
    this.#tls.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => this.#refused(error, socket))
  }

  /** Listens. PORT_TAKEN when something else does already, PORT_FORBIDDEN when this user may not. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options)
    const { host, port } = options
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', (error: NodeJS.ErrnoException) => {
        const where = `port ${port} on ${host}`
        if (error.code === 'EADDRINUSE') reject(new IsconfError('PORT_TAKEN', `${where} is taken`, { cause: error }))
        else if (error.code !== 'EACCES') reject(error)
        else reject(new IsconfError('PORT_FORBIDDEN', `${where} is not for every user`, { cause: error }))
      })
      listener.#server.listen({ host, port, backlog: pendingMax }, resolve)
    })
    listener.#keepSegmentsSmall()
    // A connection that could not be accepted, for want of descriptors perhaps, is no reason to end.
    listener.#server.on('error', () => undefined)
    return listener
  }

  /** If it fails, only such paths suffer. */
  #keepSegmentsSmall(): void {
    const { setSegmentMax, log } = this.#options
    // Node tells a socket's descriptor only this way.
    const { _handle: handle } = this.#server as unknown as { readonly _handle?: { readonly fd?: number } }
    if (handle?.fd === undefined || handle.fd < 0) return
    try {
      setSegmentMax?.(handle.fd, segmentBytesMax)
    } catch (error) {
      log.debug({ error: String(error) }, 'segments are as large as the network says')
    }
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Where others can dial this host. */
  addresses(): readonly string[] {
    const { host } = this.#options
    if (host !== '0.0.0.0' && host !== '::') return [addressText(host, this.port)]
    const all = Object.values(networkInterfaces()).flatMap((one) => one ?? [])
    const here = all.filter(({ family, scopeid }) => (host === '::' && !scopeid) || family === 'IPv4')
    return here.map(({ address }) => addressText(address, this.port))
  }

  /** Accepts no more; resolves when the port is free. Open connections are left to the caller. */
  close(): Promise<void> {
    for (const sockets of this.#pendingByAddress.values()) for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #accept(socket: Socket): void {
    const address = sharedAddress(socket.remoteAddress ?? '')
    const sockets = this.#pendingByAddress.get(address) ?? new Set()
    this.#pendingByAddress.set(address, sockets.add(socket))
    this.#pendingCount += 1
    const gone = new AbortController()
    const limit = setTimeout(() => socket.destroy(), handshakeMsMax)
    socket
      .on('error', () => undefined)
      .once('close', () => {
        clearTimeout(limit)
        gone.abort(new Error('the connection is closed'))
        this.#settle(socket, address)
      })
    if (this.#pendingCount > pendingMax) this.#dropOldest()
    const begin = (): void => {
      clearTimeout(limit)
      this.#tls.emit('connection', socket)
    }
    this.#options.turns.run({ address, signal: gone.signal }, begin).catch(() => socket.destroy())
  }

  /** The socket has become a connection, or is gone. */
  #settle(socket: Socket, address: string): void {
    const sockets = this.#pendingByAddress.get(address)
    if (sockets?.delete(socket)) this.#pendingCount -= 1
    if (sockets?.size === 0) this.#pendingByAddress.delete(address)
  }

  /** Drops the oldest socket of the address that has most of them. */
  #dropOldest(): void {
    let most = new Set<Socket>()
    for (const sockets of this.#pendingByAddress.values()) if (sockets.size > most.size) most = sockets
    const [oldest] = most
    oldest?.destroy()
  }

  #secured(socket: TLSSocket): void {
    this.#options.turns.spend(handshakeCostMs)
    socket.on('error', () => undefined)
    const address = sharedAddress(socket.remoteAddress ?? '')
    const raw = [...(this.#pendingByAddress.get(address) ?? [])].find(
      ({ remotePort }) => remotePort === socket.remotePort,
    )
    try {
      const purpose = purposeOf(socket)
      if (purpose === undefined) throw new Error('the other side does not say what the connection is for')
      const admitted = (): void => {
        if (raw !== undefined) this.#settle(raw, address)
      }
      this.#options.onConnection({ socket, peer: peerOf(socket), purpose }, admitted)
    } catch (error) {
      this.#note(socket, 'broken', (error as Error).message)
      socket.destroy()
    }
  }

  #refused(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    // A connection that has said nothing has cost nothing.
    if (socket.bytesRead > 0) this.#options.turns.spend(handshakeCostMs)
    const code = String(error.code)
    if (notTls.test(code)) this.#note(socket, 'other release', `it does not speak TLS: ${code}`)
    else if (/NO_APPLICATION_PROTOCOL/.test(code)) this.#note(socket, 'other release', 'it speaks another protocol')
    else this.#note(socket, 'broken', `${code} ${error.message}`)
    socket.destroy()
  }

  #note(socket: TLSSocket, reason: 'broken' | 'other release', detail: string): void {
    const address = addressText(socket.remoteAddress ?? '', socket.remotePort ?? 0)
    this.#options.refusals.note(reason, { address, peer: '', detail })
  }
}
