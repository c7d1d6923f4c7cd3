import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf } from '../../test/cluster/changesets.ts'
import { SimClock } from '../../test/sim/clock.ts'
import type { BranchState } from '../branch/index.ts'
import type { PeerId } from '../mesh/index.ts'
import { onItsWay, UnfetchedHeads } from './unfetched.ts'

test('a changeset that is on its way is told of without being asked for only when that takes long', async () => {
  const clock = new SimClock()
  const heads = new UnfetchedHeads({ clock, isHere: () => false })
  const [changeset] = chainOf(['one'])
  const state = { branch: 'generic', head: changeset!.id, length: 1 } as BranchState
  const note = (reason: string): void => heads.note('peer' as PeerId, 'birch', state, reason)
  note(onItsWay)
  assert.deepEqual([heads.overdue().length, heads.all().length], [0, 1])
  await clock.run(5_001)
  // Heard once more, it is no newer.
  note(onItsWay)
  assert.equal(heads.overdue().length, 1)
  heads.note('peer' as PeerId, 'birch', state, undefined)
  note('birch does not answer')
  assert.equal(heads.overdue().length, 1)
})
