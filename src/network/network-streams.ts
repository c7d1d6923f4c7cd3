/** The streams of the network process: those of peers, joined to the daemon's, and those on which it fetches files for it. */
import type { Clock } from '../base/index.ts'
import type { MappedMemory } from '../machine/index.ts'
import type { FileTransport, PeerStream } from '../mesh/index.ts'
import type { Channel } from './channel.ts'
import type { ChannelStream } from './channel-stream.ts'
import { Fetching, type Wanted } from './fetching.ts'
import { join } from './join.ts'
import { serveStream } from './serve-stream.ts'

interface NetworkStreamsDeps {
  readonly channel: Channel
  readonly transport: FileTransport
  readonly clock: Clock
  /** The memory that was lent for the lane on a stream. */
  readonly lent: (stream: number) => MappedMemory | undefined
}

export class NetworkStreams {
  readonly #deps: NetworkStreamsDeps
  readonly #fetching: Fetching

  constructor(deps: NetworkStreamsDeps) {
    this.#deps = deps
    this.#fetching = new Fetching(deps)
  }

  /** The daemon asks a peer. One that can't be asked is over at once. */
  async asks(inner: ChannelStream, protocol: string): Promise<void> {
    try {
      const opening = { signal: inner.aborted, first: inner.portion() }
      const outer = await this.#deps.transport.openStream(inner.peer, protocol, opening)
      if (inner.aborted.aborted) outer.abort(inner.aborted.reason)
      else await join(inner, outer)
    } catch (error) {
      inner.abort(error as Error)
    }
  }

  /** The daemon wants files of a peer. */
  fetch(wanted: Wanted): void {
    const stream = this.#deps.channel.accept(wanted.stream, wanted.peer)
    void serveStream(stream, () => this.#fetching.serve(stream, wanted))
  }

  /** A peer asks the daemon. */
  asked(outer: PeerStream, protocol: string): Promise<void> {
    return join(this.#deps.channel.openFor(outer.peer, protocol), outer)
  }
}
