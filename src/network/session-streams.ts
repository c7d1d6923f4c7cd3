/** The streams that the daemon opens: to a peer, or to the network process, for files that this fetches. */
import type { PeerId, PeerStream } from '../mesh/index.ts'
import type { FileAsked, FilesAsked, FilesStream, LaneStream } from '../transfer/index.ts'
import type { Channel } from './channel.ts'
import type { ChannelStream } from './channel-stream.ts'
import { FetchedFiles, FetchedLane } from './fetched.ts'
import type { Opening, ToNetwork } from './messages.ts'
import type { SessionPeers } from './session-peers.ts'

export interface SessionStreamsDeps {
  readonly channel: Channel
  readonly peers: SessionPeers
  readonly send: (message: ToNetwork) => void
}

export class SessionStreams {
  readonly #deps: SessionStreamsDeps
  readonly #opening = new Map<number, () => void>()
  /** What no good process says ends the channel. */
  readonly #broken = (error: Error): void => this.#deps.channel.close(error)

  constructor(deps: SessionStreamsDeps) {
    this.#deps = deps
  }

  async open(opening: Opening, signal?: AbortSignal): Promise<PeerStream> {
    signal?.throwIfAborted()
    const stream = this.#openTo(opening.peer, opening.addresses)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = (): void => stream.abort(signal?.reason)
    this.#opening.set(stream.id, resolve)
    stream.aborted.addEventListener('abort', () => reject(stream.aborted.reason), { once: true })
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#deps.send({ type: 'open', stream: stream.id, ...opening })
    try {
      await promise
      return stream
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#opening.delete(stream.id)
    }
  }

  /** The process has opened what {@link open} wants. */
  opened(stream: number): void {
    this.#opening.get(stream)?.()
  }

  /** Has the process ask a peer about a file. */
  openLane({ peer, addresses, id, sizeBytes, isForPieces }: FileAsked): LaneStream {
    const stream = this.#openTo(peer, addresses)
    this.#deps.send({ type: 'fetch lane', stream: stream.id, peer, addresses, id, sizeBytes, isForPieces })
    return new FetchedLane(stream, this.#broken, id)
  }

  /** Has the process ask a peer for small files. */
  openFiles({ peer, addresses, files }: FilesAsked): FilesStream {
    const stream = this.#openTo(peer, addresses)
    this.#deps.send({ type: 'fetch files', stream: stream.id, peer, addresses, files })
    return new FetchedFiles(stream, this.#broken)
  }

  #openTo(peer: PeerId, addresses: readonly string[] | undefined): ChannelStream {
    const { channel, peers } = this.#deps
    if (!peers.has(peer) && addresses === undefined) throw new Error(`not connected to ${peer}`)
    return channel.open(peer)
  }
}
