/**
 * Connections for the bytes of large files, each of them one stream. HTTP/2 hands on a file in portions of 16 KiB at most,
 * each a call into JavaScript and memory of its own, and costs more than twice what TLS itself does.
 *
 * Nothing is proved on them but the host's key: they are for peers that are admitted on another connection, and are cut
 * with it. Who dials says first which protocol it wants, in a frame, and is answered with one byte.
 */
import type { TLSSocket } from 'node:tls'
import { type Clock, endIfBroken, within } from '../base/index.ts'
import type { MeshAddress } from './address.ts'
import { ByteStream } from './byte-stream.io.ts'
import { dialTls } from './dial.io.ts'
import { StreamReader, writeFrame } from './frames.ts'
import type { IncomingBytes } from './incoming-bytes.io.ts'
import type { Services } from './services.io.ts'
import { bytesPurpose, type TlsIdentity } from './tls.io.ts'
import type { Opening, PeerId, PeerStream } from './transport.ts'

/** How long a fetch waits for one before it asks on a connection that is there. */
const openMsMax = 3_000
/** How long who has dialed may take to say what it wants, and in how many bytes. */
const askMsMax = 10_000
const protocolBytesMax = 256
/** How many one peer may have open here. */
const acceptedPerPeerMax = 16
const [unknown, known] = [0, 1]

export interface ByteConnectionsDeps {
  readonly identity: TlsIdentity
  readonly clock: Clock
  readonly services: Services
  /** The admitted ones of the other kinds. */
  readonly connections: () => readonly { readonly peer: PeerId }[]
}

export class ByteConnections {
  readonly #deps: ByteConnectionsDeps
  readonly #open = new Map<TLSSocket, PeerId>()

  constructor(deps: ByteConnectionsDeps) {
    this.#deps = deps
  }

  /** Opens one to a host at an address where it has answered before. Rejects if it does not take it. */
  async open(at: MeshAddress & { peer: PeerId }, protocol: string, { signal, first }: Opening): Promise<PeerStream> {
    const limit = AbortSignal.timeout(openMsMax)
    const any = signal === undefined ? limit : AbortSignal.any([signal, limit])
    const { identity } = this.#deps
    let incoming: IncomingBytes | undefined
    const into = {
      memory: () => incoming?.wanted(),
      take: (bytes: Uint8Array) => incoming?.take(bytes, true),
    }
    const { socket, peer } = await dialTls(at, bytesPurpose, identity, any, { into })
    const stream = new ByteStream(socket, peer)
    incoming = stream.incoming
    const giveUp = (): void => stream.abort(any.reason as Error)
    any.addEventListener('abort', giveUp, { once: true })
    try {
      any.throwIfAborted()
      if (peer !== at.peer) throw new Error('another host answers there')
      this.#keep(socket, peer)
      await writeFrame(stream, Buffer.from(protocol))
      const [answer] = await new StreamReader(stream.incoming).exactly(1)
      if (answer !== known) throw new Error(`${peer} does not speak ${protocol}`)
      if (first !== undefined) await stream.write(first)
      return stream
    } catch (error) {
      stream.abort(error as Error)
      throw error
    } finally {
      any.removeEventListener('abort', giveUp)
    }
  }

  /** Serves one that a peer has dialed, if that is admitted, of which `admitted` hears. */
  async accept(socket: TLSSocket, peer: PeerId, admitted: () => void = () => undefined): Promise<void> {
    const stream = new ByteStream(socket, peer)
    const { services, connections, clock } = this.#deps
    try {
      if (!connections().some((one) => one.peer === peer)) throw new Error('no other connection is admitted')
      admitted()
      if ([...this.#open.values()].filter((one) => one === peer).length >= acceptedPerPeerMax) throw new Error('enough')
      this.#keep(socket, peer)
      const asked = new StreamReader(stream.incoming).frame(protocolBytesMax)
      const protocol = await within(clock, askMsMax, asked, () => {
        throw new Error('nothing was asked')
      })
      const serve = services.of(Buffer.from(protocol ?? []).toString())
      await stream.write(Uint8Array.of(serve === undefined ? unknown : known))
      await serve?.(stream)
      await stream.closeWrite()
      socket.resume()
    } catch (error) {
      endIfBroken(error)
      stream.abort(error as Error)
    }
  }

  /** The peers that have one, dialed here or there, or one of these. */
  peersWith(others: readonly { readonly peer: PeerId }[]): ReadonlySet<PeerId> {
    return new Set([...this.#open.values(), ...others.map(({ peer }) => peer)])
  }

  /** Closes all connections with a peer, or with every one. */
  hangUp(peer?: PeerId): void {
    for (const [socket, other] of this.#open) if (peer === undefined || other === peer) socket.destroy()
  }

  #keep(socket: TLSSocket, peer: PeerId): void {
    this.#open.set(socket, peer)
    socket.once('close', () => this.#open.delete(socket))
    if (socket.destroyed) this.#open.delete(socket)
  }
}
