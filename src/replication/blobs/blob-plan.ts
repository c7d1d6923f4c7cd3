/**
 * Which pieces to ask of which peer: decided here, done elsewhere.
 *
 * Those that fetch the same blob at the same time share it out, so that who has the whole from the start sends each piece
 * once, and they have the rest from each other: each asks it for a share of its own, and for what another one gets only
 * when that one turns out to be slower. Rare pieces come first, and of equally rare
 * ones about the next, so that the whole can be hashed while they arrive. Where somebody reads the blob meanwhile, what is
 * read next comes before all others.
 */
import { pieceBytes, type Random } from '../../base/index.ts'
import type { Holdings, PieceRun } from '../../transfer/index.ts'
import { rangeBytesMax } from '../../transfer/index.ts'

const runPiecesMax = rangeBytesMax / pieceBytes
/** If others fetch too, a blob is asked for in at least this many runs: with fewer, all would take the same ones. */
const swarmRuns = 32
/** Pieces that come first for a reader, whoever else gets them. */
const readAheadPieces = 8
/** Runs of a share that its owner is left, who may be at them. */
const leftToOwner = 4
/** Of how many equally rare runs one is chosen by chance: with all of them, the hash of the whole would wait for the last. */
const chosenAmong = 8

/** A peer as the plan sees it. */
export interface PlanPeer {
  readonly peer: string
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
  /** This host's own id. */
  readonly self: string
  readonly pieceCount: number
  /** Whether a piece is here. */
  has(index: number): boolean
  /** The peers that can be asked. */
  readonly peers: readonly PlanPeer[]
  readonly underWay: readonly UnderWay[]
  /** Whether others fetch the blob, or may begin to. */
  readonly isSwarm: boolean
  /** The piece that somebody waits for; those after it are wanted next. Undefined if nobody waits. */
  readonly wantedPiece?: number | undefined
}

/** The next run to ask `peer` for; undefined if there is none. */
export function nextRun(state: PlanState, peer: PlanPeer, random: Random): PieceRun | undefined {
  const isSpared = sparesWhole(peer)
  const isAsked = askedOf(state)
  const mayAsk = (index: number): boolean =>
    wantedOf(state, peer, index) && !isAsked(index) && !(isSpared && fetcherHas(state, index))
  if (!isSpared || !state.isSwarm) return pickRun(state, random, mayAsk)
  const { ownerOf, self } = sharesOf(state)
  return readersRun(state, mayAsk) ?? pickRun(state, random, (index) => ownerOf(index) === self && mayAsk(index))
}

/**
 * What to ask of a peer that has had nothing to do for a moment because it was spared: the end of the share of somebody who
 * is slower than this host, so slow that what it lacks would take more than half as long again.
 */
export function slowersRun(state: PlanState, peer: PlanPeer, random: Random): PieceRun | undefined {
  const { ownerOf, self } = sharesOf(state)
  const gotByOwner = new Map<string, number>()
  const openByOwner = new Map<string, number[]>()
  for (let index = 0; index < state.pieceCount; index += runPiecesOf(state)) {
    const owner = ownerOf(index)
    if (owner === self) continue
    if (fetcherHas(state, index)) gotByOwner.set(owner, (gotByOwner.get(owner) ?? 0) + 1)
    else if (!state.has(index)) openByOwner.set(owner, [...(openByOwner.get(owner) ?? []), index])
  }
  const free = new Set(
    [...openByOwner].flatMap(([owner, open]) =>
      open.slice(Math.max(leftToOwner, Math.ceil((gotByOwner.get(owner) ?? 0) / 2))),
    ),
  )
  const runPieces = runPiecesOf(state)
  const isAsked = askedOf(state)
  return pickRun(state, random, (index) => {
    return free.has(index - (index % runPieces)) && wantedOf(state, peer, index) && !isAsked(index)
  })
}

/**
 * What to ask of a peer that has had nothing to do for long: what it was spared.
 */
export function sparedRun(state: PlanState, peer: PlanPeer, random: Random): PieceRun | undefined {
  const isAsked = askedOf(state)
  return pickRun(state, random, (index) => wantedOf(state, peer, index) && !isAsked(index))
}

/** Whether every piece of a run is here, so that it need not be sent any more. */
export function isDone(state: Pick<PlanState, 'has'>, run: PieceRun): boolean {
  for (let index = run.first; index < run.first + run.count; index++) if (!state.has(index)) return false
  return true
}

/** The next of those pieces that are wanted, with what follows it. */
export function pickRun(state: PlanState, random: Random, wanted: (index: number) => boolean): PieceRun | undefined {
  const { isSwarm, pieceCount, wantedPiece } = state
  const runPieces = runPiecesOf(state)
  const runsFrom = (first: number): Generator<PieceRun, undefined> => runsOf(first, runPieces, pieceCount, wanted)
  const next = wantedPiece === undefined ? undefined : runsFrom(wantedPiece - (wantedPiece % runPieces)).next().value
  return next ?? (isSwarm ? rarestRun(state, random, runsFrom(0)) : runsFrom(0).next().value)
}

/** The next run for somebody who reads the blob while it arrives, whoever's share it is in. */
function readersRun(state: PlanState, wanted: (index: number) => boolean): PieceRun | undefined {
  const { wantedPiece, pieceCount } = state
  if (wantedPiece === undefined) return undefined
  const runPieces = runPiecesOf(state)
  const end = Math.min(pieceCount, wantedPiece + readAheadPieces)
  return runsOf(wantedPiece - (wantedPiece % runPieces), runPieces, end, wanted).next().value
}

/** Pieces of a run. Runs begin at multiples of it, so that holders have the same ones. */
function runPiecesOf({ isSwarm, pieceCount }: PlanState): number {
  return isSwarm ? Math.max(1, Math.min(runPiecesMax, Math.floor(pieceCount / swarmRuns))) : runPiecesMax
}

/** Who of those that fetch the blob asks for which pieces: each for every so many-th run, as all of them work it out. */
function sharesOf(state: PlanState): { readonly self: string; readonly ownerOf: (index: number) => string } {
  const { self, peers } = state
  const others = peers.filter(({ isFetcher, held }) => isFetcher && !held.whole).map(({ peer }) => peer)
  const takers = [self, ...others].sort()
  const runPieces = runPiecesOf(state)
  return { self, ownerOf: (index) => takers[Math.floor(index / runPieces) % takers.length] ?? self }
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

/** Of equally rare runs, each of the first few is chosen as often as any other. */
function rarestRun(state: PlanState, random: Random, runs: Iterable<PieceRun>): PieceRun | undefined {
  let best: { run: PieceRun; rarity: number } | undefined
  let equals = 0
  for (const run of runs) {
    const rarity = holderCount(state, run.first)
    if (best !== undefined && rarity > best.rarity) continue
    equals = best === undefined || rarity < best.rarity ? 1 : equals + 1
    if (equals === 1 || (equals <= chosenAmong && random.below(equals) === 0)) best = { run, rarity }
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

/** Whether a piece is missing here, and there. */
export function wantedOf(state: PlanState, peer: PlanPeer, index: number): boolean {
  return peer.held.has(index) && !state.has(index)
}

/** Whether a piece is being asked for; looked up for every piece of a blob. */
function askedOf({ underWay }: PlanState): (index: number) => boolean {
  const asked = new Set<number>()
  for (const { first, count } of underWay) for (let index = first; index < first + count; index++) asked.add(index)
  return (index) => asked.has(index)
}

/** Whether it had the whole before anybody fetched it, and is spared what others may give. */
export function sparesWhole(peer: PlanPeer): boolean {
  return peer.held.whole && !peer.isFetcher
}

function fetcherHas(state: PlanState, index: number): boolean {
  return state.peers.some((peer) => peer.isFetcher && peer.held.has(index))
}

function holderCount(state: PlanState, index: number): number {
  return state.peers.filter((peer) => peer.held.has(index)).length
}
