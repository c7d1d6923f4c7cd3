/**
 * A TLS connection that is one stream, with no HTTP/2 between: what comes is read into the reader's own memory. Its end is
 * believed, so it is for those that know how much is to come.
 */
import type { TLSSocket } from 'node:tls'
import { IncomingBytes } from './incoming-bytes.io.ts'
import { StreamWriter } from './stream-writer.io.ts'
import type { PeerId, PeerStream } from './transport.ts'

/** TCP asks a peer that is silent for so long whether it is there. */
const quietMs = 30_000

export class ByteStream implements PeerStream {
  readonly peer: PeerId
  readonly incoming: IncomingBytes
  readonly #socket: TLSSocket
  readonly #writer: StreamWriter
  #failure: Error | undefined

  constructor(socket: TLSSocket, peer: PeerId) {
    this.peer = peer
    this.#socket = socket
    this.#writer = new StreamWriter(socket, () => this.#throwIfOver())
    this.incoming = new IncomingBytes(socket, () => {
      return this.#failure ?? (socket.readableEnded ? undefined : new Error('connection lost'))
    })
    socket.setKeepAlive(true, quietMs)
    socket.on('error', (error: Error) => {
      this.#failure ??= error
    })
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#writer.write(bytes)
  }

  async sent(): Promise<void> {
    await this.#writer.sent()
    if (this.#failure !== undefined) throw this.#failure
    if (this.#socket.destroyed) throw new Error('stream is closed')
  }

  async closeWrite(): Promise<void> {
    if (!this.#socket.destroyed) this.#socket.end()
  }

  abort(reason: Error): void {
    this.#failure ??= reason
    this.#socket.destroy()
  }

  #throwIfOver(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#socket.destroyed || this.#socket.writableEnded) throw new Error('stream is closed')
  }
}
