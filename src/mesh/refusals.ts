/** Counts who was not admitted, and says so in the log without letting a stranger fill it. */
import type { Clock, Log } from '../base/index.ts'
import type { RefusalReason } from './refused-error.ts'

/** Why a connection failed: it was refused, or the conversation broke off or made no sense. */
export type Refusal = RefusalReason | 'broken'

/** At most one line of the log in this many milliseconds, however many are refused. */
const logEveryMs = 10_000

export class Refusals {
  readonly #clock: Clock
  readonly #log: Log
  readonly #countByReason: Record<Refusal, number> = {
    'other domain': 0,
    'other key': 0,
    'other release': 0,
    broken: 0,
  }
  #silentUntilMs = Number.NEGATIVE_INFINITY
  #untold = 0

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  note(reason: Refusal, facts: { readonly address: string; readonly peer: string; readonly detail: string }): void {
    this.#countByReason[reason] += 1
    const nowMs = this.#clock.monotonicMs()
    if (nowMs < this.#silentUntilMs) {
      this.#untold += 1
      return
    }
    this.#log.warn({ reason, ...facts, othersSinceLastLine: this.#untold }, 'a peer was not admitted')
    this.#silentUntilMs = nowMs + logEveryMs
    this.#untold = 0
  }

  /** Since the start, by reason, both by this host and by the other side. */
  counts(): Readonly<Record<Refusal, number>> {
    return { ...this.#countByReason }
  }
}
