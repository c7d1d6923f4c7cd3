/** Notices that a peer has stopped sending. */
import type { Cancel, Clock } from '../../base/index.ts'

/** A peer that sends nothing for this long has stalled: a daemon may hang without its connection closing. */
const stallMsMax = 5_000

/** Calls `onStall` if it was not touched for `stallMsMax`. */
export class StallWatch {
  readonly #clock: Clock
  readonly #onStall: () => void
  #touchedMs: number
  #cancel: Cancel | undefined

  constructor(clock: Clock, onStall: () => void) {
    this.#clock = clock
    this.#onStall = onStall
    this.#touchedMs = clock.monotonicMs()
    this.#wait(stallMsMax)
  }

  touch(): void {
    this.#touchedMs = this.#clock.monotonicMs()
    if (this.#cancel === undefined) this.#wait(stallMsMax)
  }

  pause(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #wait(delayMs: number): void {
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = undefined
      const quietMs = this.#clock.monotonicMs() - this.#touchedMs
      // Touched meanwhile: one timer for a whole request, not one for each chunk.
      if (quietMs < stallMsMax) this.#wait(stallMsMax - quietMs)
      else this.#onStall()
    })
  }
}
