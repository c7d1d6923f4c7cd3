/** Telling how far a request has come. */
import type { Clock } from '../../../base/index.ts'
import type { Tell } from './request.ts'

/** A listener that tells how much of the files to be recorded is read. */
export function readProgressTo(tell: Tell): (doneBytes: number, totalBytes: number) => void {
  return (doneBytes, totalBytes) =>
    void tell({ event: 'progress', text: `read ${doneBytes} of ${totalBytes} bytes`, counts: true })
}

/** Between two tellings. */
const tellEveryMs = 1_000

/** A listener that tells about every second how many paths were compared. */
export function comparedTo(tell: Tell, clock: Clock): (done: number, total: number) => void {
  let toldAtMs = clock.monotonicMs()
  return (done, total) => {
    if (clock.monotonicMs() - toldAtMs < tellEveryMs) return
    toldAtMs = clock.monotonicMs()
    void tell({ event: 'progress', text: `compared ${done} of ${total} paths`, counts: true })
  }
}
