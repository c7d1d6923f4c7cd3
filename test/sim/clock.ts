/** Time that moves only when a test says so. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Cancel, Clock } from '../../src/base/index.ts'

interface Timer {
  readonly atMs: number
  /** Of two at the same moment the one that was asked for first comes first. */
  readonly order: number
  /** Undefined once it is cancelled. */
  run: (() => void) | undefined
}

/** Wall time at the start of every simulated world. */
const epochMs = Date.UTC(2030, 0, 1)

export interface SimClockOptions {
  /**
   * `together`: what is due in the same millisecond fires in order, and settles together. That is several times as
   * fast with thousands of hosts.
   */
  readonly fires?: 'one by one' | 'together'
}

export class SimClock implements Clock {
  readonly #isTogether: boolean
  #nowMs = 0
  #wallOffsetMs = epochMs
  /** A heap: the earliest first. A cancelled one stays until its time comes. */
  readonly #timers: Timer[] = []
  #asked = 0

  constructor({ fires = 'one by one' }: SimClockOptions = {}) {
    this.#isTogether = fires === 'together'
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): Cancel {
    this.#asked += 1
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#asked, run }
    this.#push(timer)
    return () => {
      timer.run = undefined
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
    const timer = this.#next(untilMs)
    if (timer === undefined) return false
    this.#nowMs = timer.atMs
    timer.run?.()
    if (this.#isTogether) for (let more = this.#next(timer.atMs); more; more = this.#next(timer.atMs)) more.run?.()
    await settle()
    return true
  }

  /** Takes the next timer that is due by then. */
  #next(untilMs: number): Timer | undefined {
    while (this.#timers[0] !== undefined && this.#timers[0].run === undefined) this.#pop()
    const timer = this.#timers[0]
    if (timer === undefined || timer.atMs > untilMs) return undefined
    this.#pop()
    return timer
  }

  #push(timer: Timer): void {
    const heap = this.#timers
    let at = heap.length
    while (at > 0) {
      const above = (at - 1) >>> 1
      const parent = heap[above] as Timer
      if (isBefore(parent, timer)) break
      heap[at] = parent
      at = above
    }
    heap[at] = timer
  }

  #pop(): void {
    const heap = this.#timers
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Timer, heap[below] as Timer)) below += 1
      if (isBefore(last, heap[below] as Timer)) break
      heap[at] = heap[below] as Timer
      at = below
    }
    heap[at] = last
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

// A turn of the event loop runs every microtask there is; the second is for code that itself yields one.
async function settle(): Promise<void> {
  await nextTurn()
  await nextTurn()
}
