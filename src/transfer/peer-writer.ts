/**
 * Writes answers to a peer as fast as it reads. One that is slow is waited for as long as it takes anything; one that takes
 * nothing is given up, and so is one that is slow for long when others wait for its turn.
 */
import { type Clock, within } from '../base/index.ts'
import type { PeerId, PeerStream } from '../mesh/index.ts'
import type { Slots } from './blob-slots.ts'

/** What is written at once: less costs more calls, and more could take long on a line on which bytes do come. */
const portionBytes = 64 * 1024
/** How long a peer may take to make room for that, a kilobyte a second: it may ask for several ranges over a slow line. */
const portionMsMax = 60_000
/** How long a turn may take when others wait for it: a reader of 4 KB a second has a whole piece by then, and keeps that. */
const turnMsMax = 300_000

export class PeerWriter {
  readonly #stream: PeerStream
  readonly #clock: Clock
  #turn: { readonly slots: Slots<PeerId>; readonly beganMs: number } | undefined

  constructor(stream: PeerStream, clock: Clock) {
    this.#stream = stream
    this.#clock = clock
  }

  /** Does `work`, which writes, when there is a slot for the peer. */
  inTurn(slots: Slots<PeerId>, work: () => Promise<void>): Promise<void> {
    return slots.run(this.#stream.peer, async () => {
      this.#turn = { slots, beganMs: this.#clock.monotonicMs() }
      try {
        await work()
      } finally {
        this.#turn = undefined
      }
    })
  }

  /** Resolves when more may be written. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += portionBytes) {
      await this.#inTime(this.#stream.write(bytes.subarray(at, at + portionBytes)))
      this.#throwIfLate()
    }
  }

  /** Resolves when all that was written has left this process. */
  sent(): Promise<void> {
    return this.#inTime(this.#stream.sent())
  }

  #inTime(work: Promise<void>): Promise<void> {
    return within(this.#clock, portionMsMax, work, () => {
      throw new Error(`${this.#stream.peer} does not read`)
    })
  }

  #throwIfLate(): void {
    if (this.#turn === undefined || !this.#turn.slots.isWaitedFor) return
    if (this.#clock.monotonicMs() - this.#turn.beganMs >= turnMsMax)
      throw new Error(`${this.#stream.peer} reads slowly, and others wait`)
  }
}
