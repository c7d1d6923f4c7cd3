import assert from 'node:assert/strict'
import { test } from 'node:test'
import { domain, following, generic } from '../../test/cluster/changesets.ts'
import { SimClock } from '../../test/sim/clock.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { toLine } from '../journal/changeset.ts'
import type { Operation, SignedChangeset } from '../journal/index.ts'
import { Banks, bankAfter } from './bank.ts'
import type { Branch } from './branch.ts'
import { Branches } from './branches.ts'

const add = (name: string, digit = 'a'): Operation => {
  return { type: 'bank', kind: 'file', name, blob: { id: digit.repeat(64), sizeBytes: 1, pieces: digit.repeat(64) } }
}
const remove = (name: string): Operation => ({ type: 'bank', kind: 'removal', name })

async function branchWith(...changesets: readonly SignedChangeset[]): Promise<Branch> {
  const parts = { disk: new SimDisk(seededRandom(1)), clock: new SimClock(), domain }
  const branch = await (await Branches.open(parts, '/is/branches')).obtain(generic)
  await branch.take(changesets.map(toLine), 'test')
  return branch
}

const namesOf = async (banks: Banks, branch: Branch): Promise<readonly string[]> => [
  ...(await banks.filesOf(branch)).keys(),
]

test('filesOf() has what is published and not removed, with the operation that says so, and what comes later', async () => {
  const first = following(undefined, { operations: [add('one'), add('two'), remove('one')] })
  const second = following(first, { operations: [add('one', 'b'), remove('two')] })
  const banks = new Banks()
  const branch = await branchWith(first)
  assert.deepEqual(await namesOf(banks, branch), ['two'])
  await branch.take([toLine(second)], 'test')
  const files = await banks.filesOf(branch)
  assert.deepEqual(
    [...files.values()].map(({ name, blob, operation }) => [name, blob.id[0], operation]),
    [['one', 'b', `${second.id.slice(0, 12)}:0`]],
  )
})

test('filesOf() follows the branch to another line of a split', async () => {
  const common = following(undefined, { operations: [add('common')] })
  const left = following(common, { message: 'left', operations: [add('left'), remove('common')] })
  const right = following(common, { message: 'right', operations: [add('right')] })
  const branch = await branchWith(common, left)
  await branch.take([toLine(right)], 'test')
  const banks = new Banks()
  assert.deepEqual(await namesOf(banks, branch), ['left'])
  await branch.follow(right.id)
  assert.deepEqual(await namesOf(banks, branch), ['common', 'right'])
})

test('filesOf() asked for many times at once gives the same to all', async () => {
  const branch = await branchWith(following(undefined, { operations: [add('one')] }))
  const banks = new Banks()
  const all = await Promise.all(Array.from({ length: 10 }, () => namesOf(banks, branch)))
  assert.deepEqual(new Set(all.flat()), new Set(['one']))
})

test('bankAfter() adds what is not checked in, and leaves what it was given as it was', async () => {
  const files = await new Banks().filesOf(await branchWith(following(undefined, { operations: [add('one')] })))
  const after = bankAfter(files, [remove('one'), add('two'), { type: 'reboot' }])
  assert.deepEqual([[...files.keys()], [...after.keys()], after.get('two')?.operation], [['one'], ['two'], ''])
})
