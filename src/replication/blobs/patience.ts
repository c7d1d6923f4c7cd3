/** How long a fetch waits without a byte from anybody. */
import type { Clock } from '../../base/index.ts'

/** If nobody sends a byte for this long, the blob counts as missing. */
const missingMsDefault = 15_000
/**
 * Time in which this host reaches nobody by its own fault is not that of the others, for so long at most: most processes
 * for the network are followed by another one sooner.
 */
const outageMsMax = 30_000

export class Patience {
  readonly #clock: Clock
  readonly #missingMs: number
  #lastByteMs: number
  #lookedMs: number
  #outageMs = 0

  constructor(clock: Clock, missingMs = missingMsDefault) {
    this.#clock = clock
    this.#missingMs = missingMs
    this.#lastByteMs = clock.monotonicMs()
    this.#lookedMs = this.#lastByteMs
  }

  /** When something came last, or could come again. */
  get lastByteMs(): number {
    return this.#lastByteMs
  }

  /** A byte has come. */
  came(): void {
    this.#lastByteMs = this.#clock.monotonicMs()
    this.#outageMs = 0
  }

  /** Whether it has ended; asked every now and then, with whether nobody is reached at the moment. */
  isOver(isOutage: boolean): boolean {
    const nowMs = this.#clock.monotonicMs()
    if (isOutage && this.#outageMs < outageMsMax) {
      this.#outageMs += nowMs - this.#lookedMs
      this.#lastByteMs = nowMs
    }
    this.#lookedMs = nowMs
    return nowMs - this.#lastByteMs >= this.#missingMs
  }
}
