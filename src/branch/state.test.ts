import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { generic, keyOf } from '../../test/cluster/changesets.ts'
import { type ChangesetId, noChangeset } from '../base/index.ts'
import { type BranchState, type Change, changed, type Lock, supersedes, unlockedState } from './state.ts'

const head = '1'.repeat(64) as ChangesetId
const next = '2'.repeat(64) as ChangesetId
const free = unlockedState(generic, head, 1)
const time = '2030-01-01T00:00:00.000Z'

function lockOf(digit: string, host = 'alder', user = 'ann'): Lock {
  return { id: digit.repeat(32), user, host, key: keyOf(host), message: 'because', since: time }
}

const mine = lockOf('a')
const held = changed(free, { type: 'lock', lock: mine })

test('a free branch can be locked', () => {
  assert.deepEqual(held, { ...free, revision: 1, lock: mine })
})

test('the lock of another is refused, and names holder, host, message and since when', () => {
  for (const lock of [lockOf('b', 'birch'), lockOf('b', 'alder', 'bob')]) {
    assert.throws(() => changed(held, { type: 'lock', lock }), {
      code: 'LOCKED',
      message: `branch generic is locked by ann@alder since ${time}: because`,
    })
  }
})

test('who holds the lock may take it again, under another id', () => {
  const again = changed(held, { type: 'lock', lock: lockOf('c') })
  assert.deepEqual([again.lock?.id, again.revision], ['c'.repeat(32), 2])
})

test('unlock frees the branch and says who broke it; of a free branch it is refused', () => {
  const broken = changed(held, { type: 'unlock', by: 'bob@birch', time })
  assert.deepEqual(broken, { ...free, revision: 2, broken: { lock: mine, by: 'bob@birch', time } })
  assert.throws(() => changed(free, { type: 'unlock', by: 'bob@birch', time }), {
    code: 'NOT_LOCKED',
    hint: /no lock to break/,
  })
})

test('a check-in under the lock makes a new head, free', () => {
  const ci: Change = { type: 'ci', lockId: mine.id, head: next, length: 2 }
  assert.deepEqual(changed(held, ci), unlockedState(generic, next, 2))
})

test('a check-in and a release without the lock are refused, and say why', () => {
  const broken = changed(held, { type: 'unlock', by: 'bob@birch', time })
  const others = changed(free, { type: 'lock', lock: lockOf('b', 'birch', 'bob') })
  const reasons: readonly [BranchState, RegExp][] = [
    [free, /is gone$/],
    [broken, /is gone: broken by bob@birch at /],
    [others, /is now locked by bob@birch/],
  ]
  for (const [state, message] of reasons) {
    for (const change of [
      { type: 'ci', lockId: mine.id, head: next, length: 2 },
      { type: 'release', lockId: mine.id },
    ] as const) {
      assert.throws(() => changed(state, change), { code: 'LOCK_LOST', message })
    }
  }
})

const anyLock = fc.option(
  fc.constantFrom('a', 'b', 'c').map((digit) => lockOf(digit)),
  { nil: null },
)
const anyBroken = anyLock.chain((lock) =>
  lock ? fc.constantFrom('ann@alder', 'bob@birch').map((by) => ({ lock, by, time })) : fc.constant(null),
)
const anyState = fc
  .record({ revision: fc.nat(2), lock: anyLock, broken: anyBroken })
  .map((facts): BranchState => ({ ...free, ...facts }))

test('of two different states at one head exactly one takes the place of the other', () => {
  fc.assert(
    fc.property(anyState, anyState, (a, b) => {
      const wins = [supersedes(a, b), supersedes(b, a)].filter(Boolean).length
      assert.equal(wins, isDeepStrictEqual(a, b) ? 0 : 1)
    }),
  )
})

test('hosts that tell each other their states in any order come to the same one', () => {
  fc.assert(
    fc.property(fc.array(anyState, { minLength: 1 }), fc.infiniteStream(fc.nat()), (states, order) => {
      const adopted = (all: readonly BranchState[]): BranchState =>
        all.reduce((state, theirs) => (supersedes(theirs, state) ? theirs : state))
      const shuffled = states
        .map((state) => ({ state, key: order.next().value }))
        .sort((a, b) => a.key - b.key)
        .map(({ state }) => state)
      assert.deepEqual(adopted(states), adopted(shuffled))
    }),
  )
})

test('every change of the lock makes a state that takes the place of the one before', () => {
  const changes: readonly [BranchState, Change][] = [
    [free, { type: 'lock', lock: mine }],
    [held, { type: 'lock', lock: lockOf('0') }],
    [held, { type: 'unlock', by: 'bob@birch', time }],
    [held, { type: 'release', lockId: mine.id }],
  ]
  for (const [state, change] of changes) assert.ok(supersedes(changed(state, change), state), change.type)
})

test('a fork begins a branch that is absent, and no other', () => {
  const head = 'e'.repeat(64) as ChangesetId
  const absent = unlockedState(generic, noChangeset, 0)
  assert.deepEqual(changed(absent, { type: 'fork', head, length: 3 }), unlockedState(generic, head, 3))
  const empty = changed(absent, { type: 'fork', head: noChangeset, length: 0 })
  assert.equal(empty.revision, 1)
  for (const there of [empty, unlockedState(generic, head, 1)]) {
    assert.throws(() => changed(there, { type: 'fork', head, length: 3 }), {
      code: 'BRANCH_EXISTS',
      message: 'there is a branch generic; did you mean isconf migrate generic?',
    })
  }
})
