import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../../test/sim/random.ts'
import { nextRun, type PlanPeer, type PlanState, slowersRun, sparedRun, type UnderWay } from './blob-plan.ts'
import { lateRun, slowHoldersRun } from './late-runs.ts'

const random = seededRandom(1)
const bits = new Uint8Array()
const keeper: PlanPeer = { peer: 'keeper', held: { whole: true, bits, has: () => true }, isFetcher: false }

function fetcher(...pieces: number[]): PlanPeer {
  return { peer: 'other', held: { whole: false, bits, has: (index) => pieces.includes(index) }, isFetcher: true }
}

function state(changes: Partial<PlanState> & { here?: readonly number[] }): PlanState {
  const { here = [], ...rest } = changes
  const has = (index: number): boolean => here.includes(index)
  return { self: 'own', pieceCount: 10, has, peers: [], underWay: [], isSwarm: false, ...rest }
}

const asked = (peer: PlanPeer, first: number, count: number, sinceMs = 0): UnderWay => ({ peer, first, count, sinceMs })

test('nextRun() goes from the first missing piece on when nobody else fetches', () => {
  assert.deepEqual(nextRun(state({ peers: [keeper] }), keeper, random), { first: 0, count: 4 })
  assert.deepEqual(nextRun(state({ peers: [keeper], here: [0, 1, 5] }), keeper, random), { first: 2, count: 2 })
  assert.deepEqual(
    nextRun(state({ peers: [keeper], underWay: [asked(keeper, 0, 4), asked(keeper, 4, 4)] }), keeper, random),
    {
      first: 8,
      count: 2,
    },
  )
})

test('nextRun() clips a run to what the peer has', () => {
  const peer = fetcher(1, 2, 6)
  assert.deepEqual(nextRun(state({ peers: [peer] }), peer, random), { first: 1, count: 2 })
})

test('nextRun() asks the rarest pieces first in a swarm', () => {
  const [many, few] = [fetcher(0, 1, 2, 3, 4, 5), fetcher(0, 1, 2, 3, 4)]
  const swarm = state({ peers: [many, few], isSwarm: true })
  assert.deepEqual(nextRun(swarm, many, random), { first: 5, count: 1 })
})

test('nextRun() takes one of the next few of equally rare pieces in a swarm', () => {
  const swarm = state({ peers: [keeper], isSwarm: true })
  const firsts = new Set(Array.from({ length: 200 }, () => nextRun(swarm, keeper, random)?.first))
  assert.deepEqual([...firsts].sort(), [0, 1, 2, 3, 4, 5, 6, 7])
})

test('nextRun() spares who has the whole what a fetcher has, sparedRun() does not', () => {
  const other = fetcher(0, 1, 2, 3, 4, 5, 6, 7, 8)
  const peers = [keeper, other]
  assert.deepEqual(nextRun(state({ peers, isSwarm: true }), keeper, random), { first: 9, count: 1 })
  const rest = state({ peers, isSwarm: true, here: [9] })
  assert.equal(nextRun(rest, keeper, random), undefined)
  assert.notEqual(sparedRun(rest, keeper, random), undefined)
})

test('nextRun() asks who has the whole for a share of its own, so that those who fetch at once ask for each piece once', () => {
  const names = ['alder', 'birch', 'cedar']
  const askedFor = names.map((self) => {
    const others = names.filter((name) => name !== self).map((peer) => ({ ...fetcher(), peer }))
    const here: number[] = []
    for (;;) {
      const swarm = state({ self, peers: [keeper, ...others], isSwarm: true, here, pieceCount: 9 })
      const run = nextRun(swarm, keeper, random)
      if (run === undefined) return here
      here.push(run.first)
    }
  })
  assert.deepEqual(
    askedFor.map((pieces) => pieces.toSorted()),
    [
      [0, 3, 6],
      [1, 4, 7],
      [2, 5, 8],
    ],
  )
})

test('slowersRun() takes from the end of what a slower one still has to get, and leaves it what it may be at', () => {
  const swarm = (here: readonly number[]) =>
    state({ self: 'own', peers: [keeper, fetcher(0)], isSwarm: true, pieceCount: 12, here })
  const own = [1, 3, 5, 7, 9, 11]
  // The other one has 0, and is left the next four.
  assert.deepEqual(slowersRun(swarm(own), keeper, random), { first: 10, count: 1 })
  assert.equal(slowersRun(swarm([...own, 10]), keeper, random), undefined)
})

test('lateRun() asks a second peer, and no third, for what has been under way for long', () => {
  const slow: PlanPeer = { ...keeper }
  const third: PlanPeer = { ...keeper }
  const peers = [keeper, slow, third]
  const here = [0, 1, 2, 3, 4, 5, 6, 7]
  const late = state({ peers, here, underWay: [asked(slow, 8, 2, 100)] })
  assert.equal(nextRun(late, keeper, random), undefined)
  assert.equal(lateRun(late, keeper, random, 99), undefined)
  assert.equal(lateRun(late, slow, random, 100), undefined)
  assert.deepEqual(lateRun(late, keeper, random, 100), { first: 8, count: 2 })
  const twice = state({ peers, here, underWay: [asked(slow, 8, 2, 100), asked(keeper, 8, 2, 100)] })
  assert.equal(lateRun(twice, third, random, 100), undefined)
})

test('slowHoldersRun() asks a second peer for what one that has the whole takes twice as long for, and for nothing else', () => {
  const slow: PlanPeer = { ...keeper }
  const peers = [keeper, slow]
  const taken = (underWay: readonly UnderWay[], pieceMs: number) =>
    slowHoldersRun(state({ peers, underWay }), keeper, random, { pieceMs, nowMs: 1_000 })
  assert.deepEqual(taken([asked(slow, 4, 4)], 100), { first: 4, count: 4 })
  assert.equal(taken([asked(slow, 4, 4)], 150), undefined)
  assert.equal(taken([asked(slow, 4, 4), asked(keeper, 4, 4)], 100), undefined)
  assert.equal(taken([asked(fetcher(4, 5, 6, 7), 4, 4)], 100), undefined)
})

test('nextRun() asks for what somebody waits for first, whoever gets it in a swarm, and then for the rest', () => {
  const other = fetcher(0, 1, 2, 3, 4, 5, 6, 7, 8)
  const swarm = state({ peers: [keeper, other], isSwarm: true })
  assert.deepEqual(nextRun(swarm, other, random)?.count, 1)
  for (const wantedPiece of [0, 4, 7]) {
    assert.deepEqual(nextRun({ ...swarm, wantedPiece }, other, random), { first: wantedPiece, count: 1 })
  }
  const others = state({ peers: [keeper, fetcher()], isSwarm: true, pieceCount: 40 })
  for (const wantedPiece of [30, 31]) {
    assert.deepEqual(nextRun({ ...others, wantedPiece }, keeper, random), { first: wantedPiece, count: 1 })
  }
  assert.deepEqual(nextRun(state({ peers: [keeper], wantedPiece: 5 }), keeper, random), { first: 4, count: 4 })
  assert.deepEqual(nextRun(state({ peers: [keeper], wantedPiece: 8, here: [8, 9] }), keeper, random), {
    first: 0,
    count: 4,
  })
})
