/** The streams of the network process: those of peers, joined to the daemon's, and those on which it fetches files for it. */
import type { Clock } from '../base/index.ts'
import type { MappedMemory } from '../machine/index.ts'
import type { PeerStream, Transport } from '../mesh/index.ts'
import type { Channel } from './channel.ts'
import { serveStream } from './channel-stream.ts'
import { Fetching, type Wanted } from './fetching.ts'
import { join } from './join.ts'
import type { FromNetwork, ToNetwork } from './messages.ts'

interface NetworkStreamsDeps {
  readonly channel: Channel
  readonly transport: Transport
  readonly clock: Clock
  readonly send: (message: FromNetwork) => void
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

  /** The daemon asks a peer. */
  async open(question: ToNetwork & { readonly type: 'open' }): Promise<void> {
    const { channel, transport, send } = this.#deps
    const { stream, peer, protocol, isFile, isAwaited, addresses } = question
    const inner = channel.accept(stream, peer)
    try {
      const opening = isFile ? transport.openFileStream : transport.openStream
      const outer = await opening.call(transport, peer, protocol, inner.aborted, addresses)
      if (inner.aborted.aborted) {
        outer.abort(inner.aborted.reason)
        return
      }
      if (isAwaited) send({ type: 'opened', stream })
      await join(inner, outer)
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
  async asked(outer: PeerStream, protocol: string): Promise<void> {
    const inner = this.#deps.channel.open(outer.peer)
    this.#deps.send({ type: 'asked', stream: inner.id, peer: outer.peer, protocol })
    await join(inner, outer)
  }
}
