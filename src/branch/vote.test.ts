import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { generic, keyOf } from '../../test/cluster/changesets.ts'
import { tally } from '../agreement/tally.ts'
import type { ChangesetId } from '../base/index.ts'
import { type BranchState, type Lock, unlockedState } from './state.ts'
import { type Pledge, type Proposal, pledgeMs, type View, type Vote, voteOn } from './vote.ts'

const idOf = (digit: string): ChangesetId => digit.repeat(64) as ChangesetId
const lockOf = (digit: string): Lock => ({
  id: digit.repeat(32),
  user: 'ann',
  host: 'alder',
  key: keyOf('alder'),
  message: 'because',
  since: '2030-01-01T00:00:00.000Z',
})
const free = unlockedState(generic, idOf('1'), 1)
const proposal: Proposal = { id: 'p', from: free, to: { ...free, revision: 1, lock: lockOf('a') } }
const known = new Set([idOf('0'), idOf('1')])

function view(altered: Partial<View> = {}): View {
  return { state: free, knows: (head) => known.has(head), isSplit: false, pledge: undefined, nowMs: 0, ...altered }
}

test('a host at the state that the change starts from says yes and pledges itself', () => {
  const { vote, pledge } = voteOn(view({ nowMs: 5 }), proposal)
  assert.deepEqual(vote, { vote: 'yes', state: free })
  assert.deepEqual(pledge, { proposal: 'p', untilMs: 5 + pledgeMs })
})

test('a pledged host says busy to another proposal until the pledge ends, and yes to its own again', () => {
  const pledge: Pledge = { proposal: 'other', untilMs: 100 }
  const busy = voteOn(view({ pledge, nowMs: 99 }), proposal)
  assert.deepEqual([busy.vote.vote, busy.pledge], ['busy', pledge])
  assert.equal(voteOn(view({ pledge, nowMs: 100 }), proposal).vote.vote, 'yes')
  assert.equal(voteOn(view({ pledge: { ...pledge, proposal: 'p' }, nowMs: 99 }), proposal).vote.vote, 'yes')
})

test('a host that knows of a split says so, whatever else it knows', () => {
  const pledge: Pledge = { proposal: 'other', untilMs: 100 }
  assert.equal(voteOn(view({ isSplit: true, pledge }), proposal).vote.vote, 'split')
})

const votesOn: readonly [string, Partial<View>, Vote['vote']][] = [
  ['a later revision', { state: { ...free, revision: 1, lock: lockOf('a') } }, 'stale'],
  ['an earlier revision', { state: free }, 'yes'],
  ['a later head, which came after', { state: unlockedState(generic, idOf('2'), 2) }, 'stale'],
  [
    'an earlier head: it is behind',
    { state: unlockedState(generic, idOf('0'), 0), knows: (id) => id === idOf('0') },
    'yes',
  ],
  ['a head on another line', { state: unlockedState(generic, idOf('3'), 2), knows: (id) => id === idOf('3') }, 'yes'],
]
for (const [what, altered, wanted] of votesOn) {
  test(`a host with ${what} votes ${wanted}`, () => {
    const later = what === 'an earlier revision' ? { ...proposal, from: { ...free, revision: 2 } } : proposal
    assert.equal(voteOn(view(altered), later).vote.vote, wanted)
  })
}

test('a host with another lock of the same revision votes yes only when that is the one all will believe', () => {
  const from: BranchState = { ...free, revision: 1, lock: lockOf('b') }
  const vote = (digit: string): string =>
    voteOn(view({ state: { ...from, lock: lockOf(digit) } }), { ...proposal, from }).vote.vote
  assert.deepEqual([vote('a'), vote('b'), vote('c')], ['yes', 'yes', 'stale'])
})

test('whatever was asked of a host, no two proposals have its yes at the same moment', () => {
  const asked = fc.array(fc.record({ id: fc.constantFrom('p', 'q', 'r'), passMs: fc.nat(pledgeMs) }))
  fc.assert(
    fc.property(asked, (questions) => {
      let pledge: Pledge | undefined
      let nowMs = 0
      const yesUntilMs = new Map<string, number>()
      for (const { id, passMs } of questions) {
        nowMs += passMs
        const answer = voteOn(view({ pledge, nowMs }), { ...proposal, id })
        pledge = answer.pledge
        if (answer.vote.vote !== 'yes') continue
        yesUntilMs.set(id, nowMs + pledgeMs)
        const valid = [...yesUntilMs].filter(([, untilMs]) => untilMs > nowMs).map(([one]) => one)
        assert.deepEqual(valid, [id])
      }
    }),
  )
})

const yes: Vote = { vote: 'yes', state: free }
const outcomes: readonly [string, readonly Vote[], string][] = [
  ['yes from all', [yes, yes, yes], 'agreed'],
  ['nobody but the proposer', [yes], 'agreed'],
  ['one busy', [yes, { ...yes, vote: 'busy' }], 'busy'],
  ['one stale', [yes, { ...yes, vote: 'busy' }, { ...yes, vote: 'stale' }], 'stale'],
  [
    'one that knows of a split',
    [
      { ...yes, vote: 'stale' },
      { ...yes, vote: 'split' },
    ],
    'split',
  ],
  ['a yes from another line', [yes, { ...yes, state: unlockedState(generic, idOf('3'), 2) }], 'stale'],
  ['a busy one from another line', [yes, { vote: 'busy', state: unlockedState(generic, idOf('3'), 2) }], 'stale'],
]
for (const [what, votes, wanted] of outcomes) {
  test(`${what} comes to ${wanted}`, () => {
    assert.equal(
      tally(votes, (head) => known.has(head)),
      wanted,
    )
    assert.equal(
      tally([...votes].reverse(), (head) => known.has(head)),
      wanted,
    )
  })
}
