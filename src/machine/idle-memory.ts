/**
 * Memory that work has left behind, given back once the daemon rests. V8 keeps pages that it has once used, because a
 * program mostly needs them again; a daemon that has started, or has met thirty hosts, may not for weeks.
 */
import type { Cancel, Clock } from '../base/index.ts'

/** Between two looks, when there is nothing to give back. */
const lookEveryMs = 60_000
/** It rests when it has used at most this share of a processor for so long. */
const restMs = 5_000
const restShareMax = 0.02
/**
 * When it is done once more: what the start has left only lets go of the rest when it is gone itself, and code may have
 * been run until just before. A network process became 2 MB smaller.
 */
const againMs = 15_000
/** Less is not worth the tenth of a second that it takes. */
const worthBytes = 8 * 1024 * 1024

export interface IdleMemoryDeps {
  readonly clock: Clock
  /** Resident memory of this process. */
  readonly residentBytes: () => number
  /** Time on a processor since its start. */
  readonly cpuMs: () => number
  /** All that can be given back, which takes a tenth of a second. */
  readonly giveBackAll: () => void
  /** What it costs next to nothing to give back. */
  readonly giveBackFree: () => void
}

/**
 * Gives back all, twice, when the daemon rests after its start and after each growth, and otherwise, as long as it rests,
 * what is free. Ends with the function returned.
 */
export function giveBackAtRest({ clock, residentBytes, cpuMs, giveBackAll, giveBackFree }: IdleMemoryDeps): Cancel {
  /** What could not be given back the last time. */
  let neededBytes = 0
  let isAgain = false
  let before = { atMs: clock.monotonicMs(), cpuMs: cpuMs() }
  const look = (): void => {
    const now = { atMs: clock.monotonicMs(), cpuMs: cpuMs() }
    const isResting = now.cpuMs - before.cpuMs <= restShareMax * (now.atMs - before.atMs)
    before = now
    const bytes = residentBytes()
    neededBytes = Math.min(neededBytes, bytes)
    const isWorth = isAgain || bytes - neededBytes >= worthBytes
    if (isWorth && isResting) {
      giveBackAll()
      neededBytes = residentBytes()
      isAgain = !isAgain
    } else if (isResting) giveBackFree()
    const waitMs = isAgain ? againMs : lookEveryMs
    cancel = clock.after(isWorth && !isResting ? restMs : waitMs, look)
  }
  let cancel = clock.after(restMs, look)
  return () => cancel()
}
