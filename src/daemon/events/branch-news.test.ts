import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, domain, generic, keyOf } from '../../../test/cluster/changesets.ts'
import { SimClock } from '../../../test/sim/clock.ts'
import { SimDisk } from '../../../test/sim/disk.ts'
import { seededRandom } from '../../../test/sim/random.ts'
import { Branches } from '../../branch/index.ts'
import { type Change, changed, type Lock } from '../../branch/state.ts'
import { type SignedChangeset, toLine } from '../../journal/changeset.ts'
import { branchNews } from './branch-news.ts'
import type { News } from './event-bus.ts'

/** A branch of a host, and what is told of it. */
async function told() {
  const disk = new SimDisk(seededRandom(1))
  const branches = await Branches.open({ disk, clock: new SimClock(), domain }, '/is/branches')
  const news: News[] = []
  branches.listen((change) => news.push(...branchNews(change, 'alder')))
  const branch = await branches.obtain(generic)
  const change = (to: Change) => branch.compareAndSet(branch.state, changed(branch.state, to))
  return {
    ...{ branches, branch, change },
    take: (lines: readonly SignedChangeset[]) => branch.take(lines.map(toLine), 'test'),
    /** What was told since the last time, with these members. */
    last: (...members: string[]) =>
      news.splice(0).map((one) => [one.type, ...members.map((name) => (one as Record<string, unknown>)[name])]),
  }
}

const lock: Lock = {
  ...{ id: 'a'.repeat(32), user: 'luke', host: 'birch', key: keyOf('birch') },
  ...{ message: 'why', since: '2030-01-01T00:00:00.000Z' },
}

test('a lock is told when it is taken, given back and broken, with who', async () => {
  const { change, last } = await told()
  await change({ type: 'lock', lock })
  assert.deepEqual(last('host', 'user', 'message', 'lock'), [['lock-taken', 'birch', 'luke', 'why', lock.id]])
  await change({ type: 'release', lockId: lock.id })
  assert.deepEqual(last('host', 'how', 'by'), [['lock-released', 'birch', 'given-back', null]])
  await change({ type: 'lock', lock })
  await change({ type: 'unlock', by: 'ann@cedar', time: lock.since })
  assert.deepEqual(last('how', 'by').at(-1), ['lock-released', 'broken', 'ann@cedar'])
})

test('of changesets that arrive together the newest is told, with how many there are; known ones are not', async () => {
  const { take, last } = await told()
  const lines = chainOf(['one', 'two', 'three'])
  await take(lines.slice(0, 1))
  assert.deepEqual(last('changeset', 'changesets', 'message'), [['checked-in', lines[0]?.id, 1, 'one']])
  await take(lines)
  assert.deepEqual(last('changeset', 'changesets', 'sequence'), [['checked-in', lines[2]?.id, 2, 3]])
  await take(lines)
  assert.deepEqual(last(), [])
})

test('a check-in that arrives ends the lock that was known', async () => {
  const { take, change, last } = await told()
  await change({ type: 'lock', lock })
  last()
  await take(chainOf(['one']))
  assert.deepEqual(last('how'), [
    ['checked-in', undefined],
    ['lock-released', 'checked-in'],
  ])
})

test('a split is told when it begins and when it ends, and not when one of its lines grows', async () => {
  const { branches, branch, take, last } = await told()
  const [left, right] = [chainOf(['l1']), chainOf(['r1', 'r2'])]
  await take(left)
  last()
  await take(right.slice(0, 1))
  assert.deepEqual(last('host', 'head'), [['split-found', 'alder', left[0]?.id]])
  await take(right.slice(1))
  assert.deepEqual(last(), [])
  await branches.resolve(branch, { chosen: right[0]?.id ?? assert.fail(), rejected: left[0]?.id ?? assert.fail() })
  assert.deepEqual(
    last('head').filter(([type]) => type === 'split-resolved'),
    [['split-resolved', right[1]?.id]],
  )
})
