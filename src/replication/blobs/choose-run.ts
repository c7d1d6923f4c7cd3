/** What a peer is asked for next during a fetch: what is its turn, and after a while what others were to send. */
import type { Random } from '../../base/index.ts'
import type { PieceRun } from '../../transfer/index.ts'
import { nextRun, type PlanState, slowersRun, sparedRun } from './blob-plan.ts'
import type { BlobSession } from './blob-session.ts'
import { lateRun, slowHoldersRun } from './late-runs.ts'

/** How long a peer that is spared waits for those who get the same blob, before they count as slower than this host. */
const slowerMs = 250
/** How long a peer is idle, and a run under way, before the idle peer is asked for that run. */
const patienceMs = 1_000

interface Times {
  readonly nowMs: number
  /** When a piece came last, from anybody. */
  readonly lastPieceMs: number
}

/** The next run to ask for; undefined when there is nothing now. */
export function chooseRun(
  state: PlanState,
  session: BlobSession,
  random: Random,
  { nowMs, lastPieceMs }: Times,
): PieceRun | undefined {
  const next = nextRun(state, session, random)
  const sparedMs = session.sparedForMs(next === undefined)
  if (next !== undefined || sparedMs < slowerMs) return next
  const slowers = slowersRun(state, session, random)
  const agedMs = nowMs - patienceMs
  if (slowers !== undefined || sparedMs < patienceMs) return slowers
  const isIdle = session.isIdle && session.idleSinceMs <= agedMs
  // As long as pieces come from those that get them, nobody else is needed; but one that had all may be slow without need.
  if (lastPieceMs > agedMs)
    return isIdle ? slowHoldersRun(state, session, random, { pieceMs: session.pieceMs, nowMs }) : undefined
  return sparedRun(state, session, random) ?? (isIdle ? lateRun(state, session, random, agedMs) : undefined)
}
