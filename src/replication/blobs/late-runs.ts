/** Which pieces to ask of one peer more towards the end, because those who were asked for them are slow. */
import type { Random } from '../../base/index.ts'
import type { PieceRun } from '../../transfer/index.ts'
import { type PlanPeer, type PlanState, pickRun, sparesWhole, type UnderWay, wantedOf } from './blob-plan.ts'

/** How many peers may be asked for one piece at the same time, towards the end. */
const askersMax = 2

/**
 * What to ask of a peer that has been idle for as long: what was asked of others before `agedMs` and has not come, so that
 * one slow peer does not hold the last pieces.
 */
export function lateRun(state: PlanState, peer: PlanPeer, random: Random, agedMs: number): PieceRun | undefined {
  return overdueRun(state, peer, random, (askers) => askers.every(({ sinceMs }) => sinceMs <= agedMs))
}

/**
 * The same while pieces come: what was asked of somebody who had the whole as well, and takes more than twice as long for it
 * as `peer`, with `pieceMs` for a piece. Of equally fast peers on one line, a second one would only take from the first.
 */
export function slowHoldersRun(
  state: PlanState,
  peer: PlanPeer,
  random: Random,
  { pieceMs, nowMs }: { readonly pieceMs: number; readonly nowMs: number },
): PieceRun | undefined {
  const isSlow = (run: UnderWay): boolean => nowMs - run.sinceMs > 2 * pieceMs * run.count
  return overdueRun(state, peer, random, (askers) => {
    return askers.length > 0 && askers.every((run) => sparesWhole(run.peer) && isSlow(run))
  })
}

/** What one more is asked for, because of those who were asked for it before `isOverdue` holds. */
function overdueRun(
  state: PlanState,
  peer: PlanPeer,
  random: Random,
  isOverdue: (askers: readonly UnderWay[]) => boolean,
): PieceRun | undefined {
  return pickRun(state, random, (index) => {
    if (!wantedOf(state, peer, index)) return false
    const askers = state.underWay.filter((run) => includes(run, index))
    return askers.length < askersMax && askers.every((run) => run.peer !== peer) && isOverdue(askers)
  })
}

function includes(run: PieceRun, index: number): boolean {
  return index >= run.first && index < run.first + run.count
}
