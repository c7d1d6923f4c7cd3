/** Watches the steps of a run while make does them: has them on disk, ends one that does not end, and notes their times. */
import { upSeconds } from '../../base/boot.io.ts'
import type { Interruption } from './process.io.ts'
import type { RunProgress } from './progress.io.ts'
import type { RunLog } from './run-log.io.ts'

/** After so long steps that have ended are on disk, so that a power failure costs no more of a long run. */
const keepEveryMs = 5000

export class StepWatch {
  readonly #progress: RunProgress
  readonly #log: RunLog
  readonly #interruption: Interruption
  readonly #limitS: number
  #sinceMs = performance.now()
  #keptAtMs = performance.now()
  #keeping: Promise<void> | undefined
  #lost: unknown

  constructor(progress: RunProgress, log: RunLog, interruption: Interruption, limitS: number) {
    this.#progress = progress
    this.#log = log
    this.#interruption = interruption
    this.#limitS = limitS
  }

  /** The step that make began last. */
  get step(): string | undefined {
    return this.#progress.begun.at(-1)?.name
  }

  /** To be called often while make runs. */
  look(): void {
    if (this.#progress.look().length > 0) this.#sinceMs = performance.now()
    this.#log.show()
    this.#endWhenTooLong()
    if (this.#progress.unkeptCount > 0 && performance.now() - this.#keptAtMs > keepEveryMs) this.#keep()
  }

  /** Adds to the log when each step began and how long it took, now that all have ended. It is not shown. */
  noteTimes(): void {
    const { begun } = this.#progress
    const endS = upSeconds()
    const lines = begun.flatMap(({ name, upS }, at) => {
      if (upS === undefined || endS === undefined) return []
      const began = new Date(Date.now() - (endS - upS) * 1000).toISOString()
      const tookS = (begun[at + 1]?.upS ?? endS) - upS
      return [`${began} ${tookS.toFixed(2).padStart(10)} s  ${name}\n`]
    })
    if (lines.length > 0) this.#log.note(`the steps, when they began, and how long they took:\n${lines.join('')}`)
  }

  /** Waits for what is under way. Fails when the disks have not taken what was written. */
  async settled(): Promise<void> {
    await this.#keeping
    if (this.#lost !== undefined) throw this.#lost
  }

  #endWhenTooLong(): void {
    if (this.#limitS === 0 || performance.now() - this.#sinceMs < this.#limitS * 1000) return
    this.#interruption.endFor(
      `${this.step ?? 'make, before its first step,'} took longer than ${this.#limitS} seconds (HOSTKEEPER_STEP_TIMEOUT)`,
    )
  }

  #keep(): void {
    if (this.#keeping !== undefined || this.#lost !== undefined) return
    this.#keeping = this.#progress
      .keep()
      .catch((error: unknown) => {
        this.#lost = error
      })
      .finally(() => {
        this.#keptAtMs = performance.now()
        this.#keeping = undefined
      })
  }
}
