/** A run of pieces that a peer was asked for and that has not ended. */
import type { Clock } from '../../base/index.ts'
import type { PieceRun } from '../../transfer/index.ts'
import type { UnderWay } from './blob-plan.ts'
import type { BlobSession } from './blob-session.ts'

export interface RunUnderWay extends UnderWay {
  readonly peer: BlobSession
  /** Resolves when it has ended, successfully or not. */
  readonly over: Promise<void>
  /** Ends it because nobody needs its pieces any more. */
  abort(): void
}

/** Hears what comes of a run. */
export interface RunListener {
  onPiece(index: number, bytes: Uint8Array): Promise<void>
  onBytes(): void
}

/** Asks the peer of a session for a run. */
export function beginRun(session: BlobSession, run: PieceRun, clock: Clock, listener: RunListener): RunUnderWay {
  let aborted = false
  const asked = {
    onBytes: () => listener.onBytes(),
    isAborted: () => aborted,
    abort: (_reason: Error) => undefined,
  }
  const over = session.fetch(run, (index, bytes) => listener.onPiece(index, bytes), asked)
  return {
    ...run,
    peer: session,
    sinceMs: clock.monotonicMs(),
    over,
    abort: () => {
      aborted = true
      asked.abort(new Error('the pieces have come from another peer'))
    },
  }
}
