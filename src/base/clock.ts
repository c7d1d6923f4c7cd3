/** Time, handed in: wall time is shown to people, monotonic time is waited on, and nothing else decides. */

import type { Random } from './random.ts'

/** Ends a wait that {@link Clock.after} began; harmless afterwards. */
export type Cancel = () => void

export interface Clock {
  /** Wall time in milliseconds since 1970; may jump. Recorded for people, never compared. */
  wallMs(): number
  /** Milliseconds since an arbitrary moment; never goes back. */
  monotonicMs(): number
  /** Calls `run` once, `delayMs` from now. */
  after(delayMs: number, run: () => void): Cancel
}

/** Calls `run` about every `everyMs`, spread so that hosts that were switched on together do not stay together. */
export function nowAndThen(clock: Clock, random: Random, everyMs: number, run: () => void): Cancel {
  let cancel: Cancel
  const next = (): void => {
    cancel = clock.after(everyMs / 2 + random.below(everyMs), () => {
      run()
      next()
    })
  }
  next()
  return () => cancel()
}

/** Resolves after `delayMs`; rejects with the signal's reason when it is aborted first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = (): void => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** `promise`, or the result of `late()` when it takes longer than `limitMs`. */
export async function within<T>(clock: Clock, limitMs: number, promise: Promise<T>, late: () => T): Promise<T> {
  let cancel: Cancel = () => undefined
  const limit = new Promise<T>((resolve, reject) => {
    cancel = clock.after(limitMs, () => {
      try {
        resolve(late())
      } catch (error) {
        reject(error)
      }
    })
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    cancel()
  }
}

/** Wall time for people: ISO 8601, UTC. */
export function isoTime(clock: Clock): string {
  return new Date(clock.wallMs()).toISOString()
}
