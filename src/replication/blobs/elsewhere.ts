/** Looks for hosts that have a blob and are no neighbours, when the neighbours give nothing. */
import type { Clock } from '../../base/index.ts'
import type { Holder } from './holders.ts'

/** Without a byte for so long nobody who is connected seems to have what is missing. */
const searchAfterMs = 1_000
/** How long what a search has found is tried before the next one. */
const searchEveryMs = 5_000

export class Elsewhere {
  readonly #clock: Clock
  readonly #find: () => Promise<readonly Holder[]>
  readonly #onFound: (holders: readonly Holder[]) => void
  #againMs = 0

  constructor(clock: Clock, find: () => Promise<readonly Holder[]>, onFound: (holders: readonly Holder[]) => void) {
    this.#clock = clock
    this.#find = find
    this.#onFound = onFound
  }

  /** `lastByteMs` is when something came last. */
  look(lastByteMs: number): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - lastByteMs < searchAfterMs || nowMs < this.#againMs) return
    this.#againMs = nowMs + searchEveryMs
    void this.#find().then(this.#onFound)
  }
}
