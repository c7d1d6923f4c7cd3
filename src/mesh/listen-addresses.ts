/** Where the connected peers listen, as they say: each asks the other when they meet. */
import * as z from 'zod/mini'
import type { Clock } from '../base/index.ts'
import { answer, ask } from './rpc.ts'
import type { PeerId, Transport } from './transport.ts'

const listenProtocol = '/isconf/listen/1'
/** Addresses that one peer may say it listens on. */
const listensMax = 16
const messageBytesMax = 8 * 1024
const answerMsMax = 10_000

const listenSchema = z.pipe(
  z.array(z.string().check(z.maxLength(300))),
  z.transform((all) => all.slice(0, listensMax)),
)

export class ListenAddresses {
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #onLearned: () => void
  readonly #byPeer = new Map<PeerId, readonly string[]>()

  constructor(transport: Transport, clock: Clock, own: () => readonly string[], onLearned: () => void) {
    this.#transport = transport
    this.#clock = clock
    this.#onLearned = onLearned
    const limits = { requestBytesMax: messageBytesMax, concurrentPerPeerMax: 2 }
    answer(transport, listenProtocol, limits, async () => own().slice(0, listensMax))
  }

  /** Asks a peer that has just become reachable. Nothing depends on the answer. */
  learn(peer: PeerId): void {
    const options = { timeoutMs: answerMsMax, clock: this.#clock, answerBytesMax: messageBytesMax }
    ask(this.#transport, peer, listenProtocol, null, options)
      .then((said) => {
        const isHere = this.#transport.peers().some(({ id }) => id === peer)
        if (!isHere) return
        this.#byPeer.set(peer, listenSchema.parse(said))
        this.#onLearned()
      })
      .catch(() => undefined)
  }

  forget(peer: PeerId): void {
    this.#byPeer.delete(peer)
  }

  of(peer: PeerId): readonly string[] {
    return this.#byPeer.get(peer) ?? []
  }
}
