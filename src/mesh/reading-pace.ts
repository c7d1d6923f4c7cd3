/**
 * How much of a long answer is asked for ahead. All that is on its way stands in front of whatever else the same host has
 * to say: in its kernel, on the line, in every queue between. So it is as much as the line brings in less than a second,
 * however fast or slow that is.
 */
import type { Clock } from '../base/index.ts'

/** This much of an answer is sent without being asked for: most are no longer. */
export const firstPortionBytes = 32 * 1024

/** What is on its way takes this long to come. A line whose round trip takes longer is not filled. */
const aheadMs = 750
const aheadBytesMin = 16 * 1024
/** A whole window of HTTP/2. */
const aheadBytesMax = 1024 * 1024

export class ReadingPace {
  readonly #clock: Clock
  readonly #wholeBytes: number
  #aheadBytes = firstPortionBytes
  #askedBytes = firstPortionBytes
  #cameBytes = 0
  /** Where the speed is measured from. */
  #markBytes = 0
  #markMs: number

  /** `wholeBytes` is the length of the answer. */
  constructor(clock: Clock, wholeBytes: number) {
    this.#clock = clock
    this.#wholeBytes = wholeBytes
    this.#markMs = clock.monotonicMs()
  }

  /** So many bytes have come. How many more to ask for now; 0 if none. */
  came(bytes: number): number {
    this.#cameBytes += bytes
    if (this.#cameBytes - this.#markBytes >= this.#aheadBytes) this.#measure()
    if (this.#askedBytes - this.#cameBytes > this.#aheadBytes / 2) return 0
    const wanted = Math.min(this.#wholeBytes, this.#cameBytes + this.#aheadBytes)
    const more = Math.max(0, wanted - this.#askedBytes)
    this.#askedBytes += more
    return more
  }

  /** What to ask for at once, where each portion is an answer of its own: while one comes, another is on its way. */
  get portionBytes(): number {
    return Math.ceil(this.#aheadBytes / 2)
  }

  /** The time since something came last was not the line's. */
  goOn(): void {
    this.#markBytes = this.#cameBytes
    this.#markMs = this.#clock.monotonicMs()
  }

  /** Over as much as is asked for ahead, so that what comes in bursts is not taken for a fast line. */
  #measure(): void {
    const nowMs = this.#clock.monotonicMs()
    const bytesPerMs = (this.#cameBytes - this.#markBytes) / Math.max(1, nowMs - this.#markMs)
    const ahead = Math.min(2 * this.#aheadBytes, Math.ceil(bytesPerMs * aheadMs))
    this.#aheadBytes = Math.max(aheadBytesMin, Math.min(ahead, aheadBytesMax))
    this.goOn()
  }
}
