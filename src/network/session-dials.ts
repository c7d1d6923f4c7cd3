/** The dials that the network process was asked for, until it says what came of them. */
import { OwnAddressError, type PeerId } from '../mesh/index.ts'
import type { ToNetwork } from './messages.ts'

interface Dial {
  readonly address: string
  resolve(peer: PeerId): void
  reject(error: Error): void
}

export class SessionDials {
  readonly #send: (message: ToNetwork) => void
  readonly #dials = new Map<number, Dial>()
  #last = 0
  #failure: Error | undefined

  constructor(send: (message: ToNetwork) => void) {
    this.#send = send
  }

  /** Who answers there. OwnAddressError when that is this host. */
  async dial(address: string, signal?: AbortSignal): Promise<PeerId> {
    signal?.throwIfAborted()
    if (this.#failure !== undefined) throw this.#failure
    this.#last += 1
    const dial = this.#last
    const { promise, resolve, reject } = Promise.withResolvers<PeerId>()
    const onAbort = (): void => {
      this.#send({ type: 'stop dialing', dial })
      reject(signal?.reason)
    }
    this.#dials.set(dial, { resolve, reject, address })
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#send({ type: 'dial', dial, address })
    try {
      return await promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#dials.delete(dial)
    }
  }

  dialed(dial: number, peer: PeerId): void {
    this.#dials.get(dial)?.resolve(peer)
  }

  notDialed(dial: number, isOwn: boolean, text: string): void {
    const known = this.#dials.get(dial)
    known?.reject(isOwn ? new OwnAddressError(known.address) : new Error(text))
  }

  /** Nobody will say any more. */
  fail(error: Error): void {
    this.#failure = error
    for (const { reject } of [...this.#dials.values()]) reject(error)
  }
}
