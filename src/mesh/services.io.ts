/** What this host answers, by protocol. */
import type { ServerHttp2Stream } from 'node:http2'
import type { Log } from '../base/index.ts'
import { Http2PeerStream } from './http2-stream.io.ts'
import { begin } from './session.io.ts'
import type { PeerId, PeerStream } from './transport.ts'

export type Serve = (stream: PeerStream) => Promise<void>

export class Services {
  readonly #log: Log
  readonly #serveByProtocol = new Map<string, Serve>()

  constructor(log: Log) {
    this.#log = log
  }

  handle(protocol: string, serve: Serve): void {
    this.#serveByProtocol.set(protocol, serve)
  }

  /** Who serves a protocol. */
  of(protocol: string): Serve | undefined {
    return this.#serveByProtocol.get(protocol)
  }

  /** Serves one stream to its end. */
  async serve(peer: PeerId, protocol: string, raw: ServerHttp2Stream): Promise<void> {
    const serve = this.#serveByProtocol.get(protocol)
    if (!begin(raw, serve === undefined ? 404 : 200)) return
    if (serve === undefined) {
      raw.resume()
      return
    }
    const stream = new Http2PeerStream(raw, peer)
    try {
      await serve(stream)
      await stream.release()
    } catch (error) {
      this.#log.debug({ peer, protocol, error: String(error) }, 'a stream was aborted')
      stream.abort(error as Error)
    }
  }
}
