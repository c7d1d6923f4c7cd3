/** Notices that a peer has stopped sending, or sends next to nothing. */
import type { Cancel, Clock } from '../base/index.ts'
import type { FetchingProcess } from './fetching.ts'

/** A peer that sends nothing for this long has stalled: a daemon may hang without its connection closing. */
const stallMsMax = 5_000
/** The process that asks peers tells when one has stalled; if it doesn't, it has itself. */
const processStallMsMax = 2 * stallMsMax
/**
 * Less than this in that time is no more than silence: no useful line is slower, and a peer that sends a byte now and then
 * would keep others from being looked for.
 */
export const usefulBytes = 8 * 1024

/** Calls `onStall` if it was not touched for as long as who is asked may be silent. */
export class StallWatch {
  readonly #clock: Clock
  readonly #onStall: () => void
  readonly #stallMsMax: number
  #touchedMs: number
  #untoldBytes = 0
  #cancel: Cancel | undefined

  /** With `asked` peers are asked by another process. */
  constructor(clock: Clock, asked: FetchingProcess | undefined, onStall: () => void) {
    this.#clock = clock
    this.#stallMsMax = asked === undefined ? stallMsMax : processStallMsMax
    this.#onStall = onStall
    this.#touchedMs = clock.monotonicMs()
    this.#wait(this.#stallMsMax)
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
    if (this.#cancel === undefined) this.#wait(this.#stallMsMax)
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
      if (quietMs < this.#stallMsMax) this.#wait(this.#stallMsMax - quietMs)
      else this.#onStall()
    })
  }
}
