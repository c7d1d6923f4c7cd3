/** Time that moves only when a test says so. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Cancel, Clock } from '../../src/base/index.ts'

interface Timer {
  readonly atMs: number
  readonly run: () => void
}

/** Wall time at the start of every simulated world. */
const epochMs = Date.UTC(2030, 0, 1)

export class SimClock implements Clock {
  #nowMs = 0
  #wallOffsetMs = epochMs
  /** Sorted: the earliest first, and of two at the same moment the one that was asked for first. */
  readonly #timers: Timer[] = []

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): Cancel {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), run }
    this.#timers.splice(this.#positionAfter(timer.atMs), 0, timer)
    return () => {
      const index = this.#timers.indexOf(timer)
      if (index >= 0) this.#timers.splice(index, 1)
    }
  }

  /** Lets `ms` pass: fires what is due in order, and lets everything each timer set off settle before the next. */
  async run(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await settle()
    while (await this.#fireNext(untilMs));
    this.#nowMs = untilMs
  }

  /** Lets time pass until `promise` is settled, and gives its result; fails when `limitMs` were not enough. */
  async until<T>(promise: Promise<T>, limitMs = 600_000): Promise<T> {
    let settled = false
    const note = (): void => {
      settled = true
    }
    promise.then(note, note)
    await this.untilTrue(() => settled, limitMs)
    return promise
  }

  /** Lets time pass until `condition` holds; fails when `limitMs` were not enough. */
  async untilTrue(condition: () => boolean, limitMs = 600_000): Promise<void> {
    const untilMs = this.#nowMs + limitMs
    await settle()
    while (!condition()) {
      if (!(await this.#fireNext(untilMs))) throw new Error(`simulated time: not true after ${limitMs} ms`)
    }
  }

  /** Moves wall time alone, as a person or NTP does. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs
  }

  async #fireNext(untilMs: number): Promise<boolean> {
    const timer = this.#timers[0]
    if (timer === undefined || timer.atMs > untilMs) return false
    this.#timers.shift()
    this.#nowMs = timer.atMs
    timer.run()
    await settle()
    return true
  }

  #positionAfter(atMs: number): number {
    let low = 0
    let high = this.#timers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#timers[middle]?.atMs ?? 0) <= atMs) low = middle + 1
      else high = middle
    }
    return low
  }
}

// A turn of the event loop runs every microtask there is; the second is for code that itself yields one.
async function settle(): Promise<void> {
  await nextTurn()
  await nextTurn()
}
