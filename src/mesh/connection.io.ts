/**
 * One TLS connection of the mesh with HTTP/2 on it. One of its two ends asks, by opening streams, and the other
 * answers. Nothing is opened or served on it before its admission.
 */
import type { ClientHttp2Session, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { addressText, relayedAddress } from './address.ts'
import { Http2PeerStream } from './http2-stream.io.ts'
import { Pings } from './pings.io.ts'
import { answeringSession, askingSession, RefusedStreamError, statusOf } from './session.io.ts'
import { answerPurpose, filesPurpose, type Purpose } from './tls.io.ts'
import type { Opening, PeerId } from './transport.ts'

/** How many streams this end opens at once; more wait for their turn. Refused streams would end the session. */
const openMax = 96
/** How many streams may arrive while the last word of the admission is still being read. */
const heldMax = 16
/** How long work under way on a retired connection may take. */
const retiredMsMax = 60_000

export interface ConnectionFacts {
  readonly socket: TLSSocket
  readonly peer: PeerId
  readonly purpose: Purpose
  /** Whether this host opened it. */
  readonly dialed: boolean
  /** The host over which it comes, if it is relayed. */
  readonly via?: PeerId
}

type Serve = (protocol: string, stream: ServerHttp2Stream) => void

/** A stream that was opened, and whether the other end accepts it; rejects if there is no answer. */
export interface Begun {
  readonly stream: Http2PeerStream
  readonly isAccepted: Promise<boolean>
}

export class MeshConnection {
  readonly peer: PeerId
  readonly dialed: boolean
  readonly socket: TLSSocket
  readonly purpose: Purpose
  /** The host between the two, if it is relayed. */
  readonly via: PeerId | undefined
  /** Where the other end is, for people. */
  readonly remoteAddress: string
  readonly closed: Promise<void>
  /** Whether this end has said, or was told, that nothing new is accepted. */
  isRetired = false
  readonly #client: ClientHttp2Session | undefined
  readonly #server: ServerHttp2Session | undefined
  readonly #held: [string, ServerHttp2Stream][] = []
  readonly #waiting: (() => void)[] = []
  readonly #pings = new Pings((onAnswer) => this.isOpen && this.#session.ping(onAnswer))
  #openCount = 0
  #serve: Serve | undefined
  #heardBytesBefore = 0

  constructor({ socket, peer, purpose, dialed, via }: ConnectionFacts) {
    this.peer = peer
    this.dialed = dialed
    this.socket = socket
    this.purpose = purpose
    this.via = via
    const { remoteAddress = '', remotePort = 0 } = socket
    this.remoteAddress = via === undefined ? addressText(remoteAddress, remotePort) : relayedAddress({ via, peer })
    if ((purpose === answerPurpose) !== dialed) {
      this.#client = askingSession(socket)
    } else {
      this.#server = answeringSession(socket)
      this.#server.on('stream', (stream, headers) => this.#arrived(String(headers[':path']), stream))
    }
    socket.on('error', () => undefined)
    this.#session.on('error', () => undefined)
    this.#session.on('goaway', () => {
      this.isRetired = true
    })
    this.closed = new Promise((resolve) => {
      this.#session.once('close', () => {
        for (const next of this.#waiting.splice(0)) next()
        socket.destroy()
        resolve()
      })
    })
  }

  get isRelayed(): boolean {
    return this.via !== undefined
  }

  /** Whether this end opens streams, and the other serves them. */
  get asks(): boolean {
    return this.#client !== undefined
  }

  /** Whether no stream that this end opened is open. */
  get isIdle(): boolean {
    return this.#openCount === 0
  }

  get isOpen(): boolean {
    return !this.#session.closed && !this.#session.destroyed
  }

  /** Opens a stream; undefined if the other end does not speak the protocol. */
  async openStream(protocol: string, { signal, first }: Opening): Promise<Http2PeerStream | undefined> {
    if (this.#openCount >= openMax) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    signal?.throwIfAborted()
    const { stream, isAccepted } = this.begin(protocol, signal)
    // Where that fails, so does what is awaited.
    if (first !== undefined) stream.write(first).catch(() => undefined)
    return (await isAccepted) ? stream : undefined
  }

  /**
   * Opens a stream that can be written to at once: what is written travels together with the question whether the other
   * end speaks the protocol. Waiting for the answer, or before that for the other end's settings, would cost a round
   * trip each.
   */
  begin(protocol: string, signal?: AbortSignal): Begun {
    if (this.#client === undefined || !this.isOpen) throw new RefusedStreamError(`not connected to ${this.peer}`)
    const headers = { ':method': 'POST', ':path': protocol }
    const raw = this.#client.request(headers, { endStream: false, waitForTrailers: true })
    this.#openCount += 1
    raw.once('close', () => {
      this.#openCount -= 1
      this.#waiting.shift()?.()
    })
    // What is relayed travels on the link with the host between.
    const stream = new Http2PeerStream(raw, this.peer, this.isRelayed || this.purpose !== filesPurpose)
    const isAccepted = statusOf(raw, signal).then((status) => {
      if (status !== 200) stream.abort(new Error(`status ${status}`))
      return status === 200
    })
    return { stream, isAccepted }
  }

  /** Passes what the other end opens to `serve`, from the first stream on. */
  serve(serve: Serve): void {
    this.#serve = serve
    for (const [protocol, stream] of this.#held.splice(0)) serve(protocol, stream)
  }

  /** Passes only the first stream to `serve`; what follows waits for serve(). */
  serveFirst(serve: Serve): void {
    this.#serve = (protocol, stream) => {
      this.#serve = undefined
      serve(protocol, stream)
    }
    const first = this.#held.shift()
    if (first !== undefined) this.#serve(...first)
  }

  /** Whether anything was heard since the last call. */
  hasSpoken(): boolean {
    const { heardBytes } = this
    const spoke = heardBytes !== this.#heardBytesBefore
    this.#heardBytesBefore = heardBytes
    return spoke
  }

  /** All bytes that have come from the other end. */
  get heardBytes(): number {
    return this.socket.bytesRead
  }

  /** How long the answer to a ping has taken lately; undefined before the first one. */
  get roundTripMs(): number | undefined {
    return this.#pings.roundTripMs
  }

  /** Whether the other end answers a ping at all. Resolves with the answer, or when the connection is closed. */
  answersPing(): Promise<boolean> {
    return this.#pings.answer()
  }

  /** Whether the other end answers a ping within the limit. */
  ping(limitMs: number): Promise<boolean> {
    return this.#pings.answerWithin(limitMs)
  }

  /** Lets what is under way finish, accepts nothing new, and then closes. */
  retire(): void {
    this.isRetired = true
    this.#session.close()
    const limit = setTimeout(() => this.close(new Error('it was let go long ago')), retiredMsMax)
    void this.closed.then(() => clearTimeout(limit))
  }

  /** Ends it at once, and everything on it. */
  close(reason: Error): void {
    // With an error, or bodies under way would seem to end; and the socket too, for a peer that hangs reads nothing.
    this.#session.destroy(reason)
    this.socket.destroy()
  }

  get #session(): ClientHttp2Session | ServerHttp2Session {
    return (this.#client ?? this.#server) as ClientHttp2Session | ServerHttp2Session
  }

  #arrived(protocol: string, stream: ServerHttp2Stream): void {
    stream.on('error', () => undefined)
    if (this.#serve !== undefined) this.#serve(protocol, stream)
    else if (this.#held.push([protocol, stream]) > heldMax) this.close(new Error('too much before the admission'))
  }
}
