/** Telling how far a request has come. */
import { type BlobRef, type Clock, pieceBytes } from '../../../base/index.ts'
import type { Parts } from './parts.ts'
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

/** Fetches a file that is not here, and tells about every second how much of it has come. As `blobs.fetch`. */
export function fetchTold(
  { blobs, store, clock }: Pick<Parts, 'blobs' | 'store' | 'clock'>,
  tell: Tell,
): (ref: BlobRef, signal: AbortSignal) => Promise<void> {
  return async (ref, signal) => {
    let isOver = false
    const look = async (): Promise<void> => {
      const held = await store.held(ref.id)
      if (isOver) return
      const bytes = Math.min((held?.count ?? 0) * pieceBytes, ref.sizeBytes)
      void tell({ event: 'progress', text: `fetched ${bytes} of ${ref.sizeBytes} bytes`, counts: true })
      cancel = clock.after(tellEveryMs, soon)
    }
    const soon = (): void => void look().catch(() => undefined)
    let cancel = clock.after(tellEveryMs, soon)
    try {
      await blobs.fetch(ref, signal)
    } finally {
      isOver = true
      cancel()
    }
  }
}
