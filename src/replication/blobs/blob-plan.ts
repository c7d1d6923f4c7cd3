/**
 * Which pieces to ask of which peer: decided here, done elsewhere.
 *
 * Rare pieces come first, in a random order where others fetch the same blob
 * at the same time, so that each gets other pieces and they can serve each
 * other. Who has the whole from the start is spared what others have. Where
 * somebody reads the blob while it arrives, the next pieces come before the rare.
 */
import { pieceBytes, type Random } from '../../base/index.ts'
import type { Holdings, PieceRun } from './blob-lane.ts'
import { rangeBytesMax } from './blob-protocol.ts'

const runPiecesMax = rangeBytesMax / pieceBytes
/** Where others fetch too, a blob is asked for in at least this many runs: in fewer they would all take the same ones. */
const swarmRuns = 32
/** Peers that are asked for one piece at the same time, in the endgame. */
const askersMax = 2

/** A peer as the plan sees it. */
export interface PlanPeer {
  readonly held: Holdings
  /** It fetches, or was fetching, the same blob. */
  readonly isFetcher: boolean
}

/** A run that is being asked for. */
export interface UnderWay extends PieceRun {
  readonly peer: PlanPeer
  readonly sinceMs: number
}

export interface PlanState {
  readonly pieceCount: number
  /** Whether a piece is here. */
  has(index: number): boolean
  /** The peers that can be asked. */
  readonly peers: readonly PlanPeer[]
  readonly underWay: readonly UnderWay[]
  /** Whether others fetch the blob, or may begin to. */
  readonly isSwarm: boolean
  /** The piece that somebody waits for, who wants those after it next; undefined when nobody does. */
  readonly wantedPiece?: number | undefined
}

/** The next run to ask of `peer`; undefined when there is nothing for it. */
export function nextRun(state: PlanState, peer: PlanPeer, random: Random): PieceRun | undefined {
  return pickRun(state, random, (index) => {
    return wantedOf(state, peer, index) && !isAsked(state, index) && !(sparesWhole(peer) && fetcherHas(state, index))
  })
}

/**
 * What to ask of a peer that has been idle for a while: what it was spared,
 * and then what was asked of others before `agedMs` and has not come, so that
 * one slow peer does not hold the last pieces.
 */
export function spareRun(state: PlanState, peer: PlanPeer, random: Random, agedMs: number): PieceRun | undefined {
  const spared = pickRun(state, random, (index) => wantedOf(state, peer, index) && !isAsked(state, index))
  if (spared !== undefined) return spared
  return pickRun(state, random, (index) => {
    if (!wantedOf(state, peer, index)) return false
    const askers = state.underWay.filter((run) => includes(run, index))
    return askers.length < askersMax && askers.every((run) => run.peer !== peer && run.sinceMs <= agedMs)
  })
}

/** Whether every piece of a run is here, so that nobody needs to send it any more. */
export function isDone(state: Pick<PlanState, 'has'>, run: PieceRun): boolean {
  for (let index = run.first; index < run.first + run.count; index++) if (!state.has(index)) return false
  return true
}

function pickRun(state: PlanState, random: Random, wanted: (index: number) => boolean): PieceRun | undefined {
  const { isSwarm, pieceCount, wantedPiece } = state
  // Runs begin at multiples of their length, so that holders have the same ones.
  const runPieces = isSwarm ? Math.max(1, Math.min(runPiecesMax, Math.floor(pieceCount / swarmRuns))) : runPiecesMax
  const runsFrom = (first: number): Generator<PieceRun, undefined> => runsOf(first, runPieces, pieceCount, wanted)
  const next = wantedPiece === undefined ? undefined : runsFrom(wantedPiece - (wantedPiece % runPieces)).next().value
  return next ?? (isSwarm ? rarestRun(state, random, runsFrom(0)) : runsFrom(0).next().value)
}

function* runsOf(
  from: number,
  runPieces: number,
  pieceCount: number,
  wanted: (index: number) => boolean,
): Generator<PieceRun, undefined> {
  for (let block = from; block < pieceCount; block += runPieces) {
    const run = firstRun(block, Math.min(block + runPieces, pieceCount), wanted)
    if (run !== undefined) yield run
  }
}

/** Each of the equals is chosen as often as any other. */
function rarestRun(state: PlanState, random: Random, runs: Iterable<PieceRun>): PieceRun | undefined {
  let best: { run: PieceRun; rarity: number } | undefined
  let equals = 0
  for (const run of runs) {
    const rarity = holderCount(state, run.first)
    if (best !== undefined && rarity > best.rarity) continue
    equals = best === undefined || rarity < best.rarity ? 1 : equals + 1
    if (equals === 1 || random.below(equals) === 0) best = { run, rarity }
  }
  return best?.run
}

function firstRun(from: number, to: number, wanted: (index: number) => boolean): PieceRun | undefined {
  let first = from
  while (first < to && !wanted(first)) first++
  let end = first
  while (end < to && wanted(end)) end++
  return first === end ? undefined : { first, count: end - first }
}

function wantedOf(state: PlanState, peer: PlanPeer, index: number): boolean {
  return peer.held.has(index) && !state.has(index)
}

function isAsked(state: PlanState, index: number): boolean {
  return state.underWay.some((run) => includes(run, index))
}

function sparesWhole(peer: PlanPeer): boolean {
  return peer.held.whole && !peer.isFetcher
}

function fetcherHas(state: PlanState, index: number): boolean {
  return state.peers.some((peer) => peer.isFetcher && peer.held.has(index))
}

function holderCount(state: PlanState, index: number): number {
  return state.peers.filter((peer) => peer.held.has(index)).length
}

function includes(run: PieceRun, index: number): boolean {
  return index >= run.first && index < run.first + run.count
}
