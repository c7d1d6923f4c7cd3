/**
 * `up` by itself (IS_UP=auto): when there is something to do, within the window, after a splay, and never beside
 * anything else that changes this host. docs/design/unattended-up.md says why it is so.
 */
import { type Cancel, type Clock, type ErrorCode, type Log, type Random, toIsconfError } from '../base/index.ts'
import { isWindowOpen, type UpSettings, windowOpensAt } from '../config/index.ts'
import type { UnattendedAnswer, UpAnswer } from '../control/index.ts'

/** Where this host stands. */
export interface ToDo {
  /** How many operations it has not done; none on a host that has left its branch. */
  readonly pending: number
  /** Why nobody should begin now, in words: it is held, or has work that is not checked in. */
  readonly obstacle: string | undefined
  /** Differs when something is new: a changeset, a skip, an `up` of a person that came further. */
  readonly state: string
}

export interface UnattendedDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** As they are at this moment. */
  readonly settings: () => UpSettings
  readonly toDo: () => Promise<ToDo>
  /** Does it, and begins no operation once `mayBegin` is false. BUSY while something else changes this host. */
  readonly up: (mayBegin: () => boolean) => Promise<UpAnswer>
}

/** Between two looks at what there is to do: a look reads nothing from disk unless something is new. */
const lookEveryMs = 5_000
/** After this, a failure that may pass by itself is tried again. */
const retryMs = 3_600_000
/** Failures that may pass by themselves; with any other one a person, or something new, has to come first. */
const passing: ReadonlySet<ErrorCode> = new Set(['BLOB_MISSING', 'DISK_FULL', 'HOOK_FAILED', 'UNEXPECTED'])

/** The last try. */
interface Try {
  readonly time: string
  readonly text: string
  /** The state that a failed try has left: while it is the same, nothing is tried again. */
  readonly failedAt: string | undefined
  /** In monotonic time: when it is tried again all the same. */
  readonly againMs: number
}

export class UnattendedUp {
  readonly #deps: UnattendedDeps
  #cancel: Cancel = () => undefined
  #cancelSettings: Cancel = () => undefined
  #isStopped = false
  #isRunning = false
  #isLooking = false
  /** In monotonic time; undefined while nothing is about to begin. */
  #beginsMs: number | undefined
  #last: Try | undefined
  #obstacle: string | undefined

  constructor(deps: UnattendedDeps) {
    this.#deps = deps
  }

  /** Looks now, from time to time where IS_UP says so, and when `onSettings` tells that it may say something else. */
  start(onSettings: (listener: () => void) => Cancel = () => () => undefined): void {
    this.#cancelSettings = onSettings(() => {
      // A look that is under way goes by them when it ends.
      if (this.#isLooking || this.#isStopped) return
      this.#cancel()
      void this.#look()
    })
    void this.#look()
  }

  /** Begins nothing more. It does not end what is under way. */
  stop(): void {
    this.#isStopped = true
    this.#cancel()
    this.#cancelSettings()
  }

  /** How it stands; undefined unless this host does `up` by itself. */
  status(): UnattendedAnswer | undefined {
    const { upMode, upWindow } = this.#deps.settings()
    if (upMode !== 'auto') return undefined
    return { window: upWindow?.text ?? null, text: this.#text(upWindow) }
  }

  #text(window: UpSettings['upWindow']): string {
    const { clock } = this.#deps
    const last = this.#last
    if (this.#isRunning) return 'it is under way'
    if (last?.failedAt !== undefined) {
      const again = Number.isFinite(last.againMs) ? `, and again at ${this.#wallTime(last.againMs)} in any case` : ''
      return `at ${last.time}: ${last.text}; it tries again when something new is here${again}; now: isconf up`
    }
    if (this.#obstacle !== undefined) return `it waits: ${this.#obstacle}`
    if (window && !isWindowOpen(window, clock.wallMs())) {
      const opens = windowOpensAt(window, clock.wallMs())
      return `the window is closed${opens === undefined ? '' : ` until ${new Date(opens).toISOString()}`}`
    }
    if (this.#beginsMs !== undefined) return `it begins at ${this.#wallTime(this.#beginsMs)}`
    return last ? `last at ${last.time}: ${last.text}` : 'nothing was to do since the daemon started'
  }

  #wallTime(monotonicMs: number): string {
    const { clock } = this.#deps
    return new Date(clock.wallMs() + monotonicMs - clock.monotonicMs()).toISOString()
  }

  /** Whether it is time. What stands in the way is kept for the status. */
  async #isTime(): Promise<boolean> {
    const { clock, settings, toDo } = this.#deps
    const { upMode } = settings()
    this.#obstacle = undefined
    if (upMode !== 'auto' || !this.#mayBegin()) return false
    const { pending, obstacle, state } = await toDo()
    const last = this.#last
    if (pending === 0) return false
    if (last?.failedAt === state && clock.monotonicMs() < last.againMs) return false
    // What failed is not the matter any more.
    if (last?.failedAt !== undefined) this.#last = { ...last, failedAt: undefined }
    this.#obstacle = obstacle
    return obstacle === undefined
  }

  #mayBegin(): boolean {
    const { clock, settings } = this.#deps
    const { upMode, upWindow } = settings()
    return upMode === 'auto' && !this.#isStopped && (!upWindow || isWindowOpen(upWindow, clock.wallMs()))
  }

  async #look(): Promise<void> {
    const { clock, random, settings } = this.#deps
    let waitMs = lookEveryMs
    this.#isLooking = true
    try {
      const isTime = await this.#isTime()
      if (!isTime) this.#beginsMs = undefined
      else this.#beginsMs ??= clock.monotonicMs() + random.below(settings().upSplayS * 1_000 + 1)
      if (this.#beginsMs !== undefined) {
        waitMs = Math.min(lookEveryMs, this.#beginsMs - clock.monotonicMs())
        if (waitMs <= 0) await this.#run()
      }
    } catch (thrown) {
      this.#deps.log.error({}, `no up by itself: ${toIsconfError(thrown).message}`)
    }
    this.#isLooking = false
    // Where people ask for up nothing is looked at until the settings change.
    if (this.#isStopped || settings().upMode !== 'auto') return
    this.#cancel = clock.after(waitMs > 0 ? waitMs : lookEveryMs, () => void this.#look())
  }

  async #run(): Promise<void> {
    const { clock, toDo, up } = this.#deps
    this.#beginsMs = undefined
    this.#isRunning = true
    try {
      const { done, left } = await up(() => this.#mayBegin())
      const rest = left === 0 ? '' : `; ${left} are left`
      this.#ended(`it did ${done} operation${done === 1 ? '' : 's'}${rest}`)
    } catch (thrown) {
      const { code, message } = toIsconfError(thrown)
      // Somebody was quicker, or has held this host meanwhile: the next look tells.
      if (code === 'BUSY' || code === 'HELD') return
      const againMs = passing.has(code) ? clock.monotonicMs() + retryMs : Number.POSITIVE_INFINITY
      this.#ended(message, (await toDo()).state, againMs)
    } finally {
      this.#isRunning = false
    }
  }

  #ended(text: string, failedAt?: string, againMs = 0): void {
    this.#last = { time: new Date(this.#deps.clock.wallMs()).toISOString(), text, failedAt, againMs }
  }
}
