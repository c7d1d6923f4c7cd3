/** The streams that the daemon opens: to a peer, or to the network process, for files that this fetches. */
import { pieceBytes } from '../base/index.ts'
import type { PeerId, PeerStream } from '../mesh/index.ts'
import type { FileAsked, FilesAsked, FilesStream, LaneStream } from '../transfer/index.ts'
import type { Channel } from './channel.ts'
import type { ChannelStream } from './channel-stream.ts'
import { FetchedFiles, FetchedLane, type Lend, type LentMemory } from './fetched.ts'
import { laneNumber } from './handed-over.ts'
import type { ToNetwork } from './messages.ts'
import type { SessionPeers } from './session-peers.ts'

/** Lanes with memory for a piece, at once; others have their pieces sent. */
const lentMax = 32

export interface SessionStreamsDeps {
  readonly channel: Channel
  readonly peers: SessionPeers
  readonly send: (message: ToNetwork) => void
  readonly lend?: Lend | undefined
}

export class SessionStreams {
  readonly #deps: SessionStreamsDeps
  #lentCount = 0
  /** What no good process says ends the channel. */
  readonly #broken = (error: Error): void => this.#deps.channel.close(error)

  constructor(deps: SessionStreamsDeps) {
    this.#deps = deps
  }

  /** Asks a peer; the stream is over when that can't be done. */
  open(peer: PeerId, protocol: string, first?: Uint8Array): PeerStream {
    this.#mustReach(peer, undefined)
    return this.#deps.channel.openFor(peer, protocol, first)
  }

  /** Has the process ask a peer about a file. */
  openLane({ peer, addresses, id, sizeBytes, isForPieces }: FileAsked): LaneStream {
    const stream = this.#openTo(peer, addresses)
    const lent = isForPieces && sizeBytes > pieceBytes ? this.#lendTo(stream) : undefined
    const isLent = lent !== undefined
    this.#deps.send({ type: 'fetch lane', stream: stream.id, peer, addresses, id, sizeBytes, isForPieces, isLent })
    return new FetchedLane(stream, this.#broken, id, lent)
  }

  /** Has the process ask a peer for small files. */
  openFiles({ peer, addresses, files }: FilesAsked): FilesStream {
    const stream = this.#openTo(peer, addresses)
    this.#deps.send({ type: 'fetch files', stream: stream.id, peer, addresses, files })
    return new FetchedFiles(stream, this.#broken)
  }

  /** Memory for pieces, as long as the stream lasts: cheaper for both than what goes through the socket. */
  #lendTo(stream: ChannelStream): LentMemory | undefined {
    if (this.#lentCount >= lentMax) return undefined
    const memory = this.#deps.lend?.(laneNumber(stream.id))
    if (memory === undefined) return undefined
    this.#lentCount += 1
    let isLent = true
    const close = (): void => {
      if (isLent) this.#lentCount -= 1
      isLent = false
      memory.close()
    }
    stream.aborted.addEventListener('abort', close, { once: true })
    return { read: (into) => memory.read(into), close }
  }

  #openTo(peer: PeerId, addresses: readonly string[] | undefined): ChannelStream {
    this.#mustReach(peer, addresses)
    return this.#deps.channel.open(peer)
  }

  #mustReach(peer: PeerId, addresses: readonly string[] | undefined): void {
    if (!this.#deps.peers.has(peer) && addresses === undefined) throw new Error(`not connected to ${peer}`)
  }
}
