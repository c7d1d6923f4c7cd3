/** Notices that a peer has stopped sending, or sends next to nothing. */
import type { Cancel, Clock } from '../../base/index.ts'

/** A peer that sends nothing for this long has stalled: a daemon may hang without its connection closing. */
const stallMsMax = 5_000
/**
 * Less than this in that time is no more than silence: no useful line is slower, and a peer that sends a byte now and then
 * would keep others from being looked for.
 */
const usefulBytes = 8 * 1024

/** Calls `onStall` if it was not touched for `stallMsMax`. */
export class StallWatch {
  readonly #clock: Clock
  readonly #onStall: () => void
  #touchedMs: number
  #untoldBytes = 0
  #cancel: Cancel | undefined

  constructor(clock: Clock, onStall: () => void) {
    this.#clock = clock
    this.#onStall = onStall
    this.#touchedMs = clock.monotonicMs()
    this.#wait(stallMsMax)
  }

  /** Some of an answer has come. Whether it is enough, with what came before, to be more than silence. */
  came(bytes: number): boolean {
    this.#untoldBytes += bytes
    if (this.#untoldBytes < usefulBytes) return false
    this.touch()
    return true
  }

  /** An answer has come, or as much as is useful. */
  touch(): void {
    this.#untoldBytes = 0
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
