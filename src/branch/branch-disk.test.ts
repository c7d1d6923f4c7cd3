/** What a branch is after a disk that failed, or a crash: one truth in memory and on the disk. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, domain, generic } from '../../test/cluster/changesets.ts'
import { SimClock } from '../../test/sim/clock.ts'
import { CutDisk } from '../../test/sim/cut-disk.ts'
import type { SimDisk } from '../../test/sim/disk.ts'
import { SimFileCalls } from '../../test/sim/file-calls.ts'
import { seededRandom } from '../../test/sim/random.ts'
import type { BranchName, Disk } from '../base/index.ts'
import { toLine } from '../journal/changeset.ts'
import type { Branch } from './branch.ts'
import { Branches } from './branches.ts'

const web = 'web' as BranchName
const common = chainOf(['c1', 'c2'])
const left = chainOf(['l1', 'l2'], common[1])
const right = chainOf(['r1', 'r2', 'r3'], common[1])
/** Leaves `left` after its first. */
const twig = chainOf(['t2'], left[0])

const openOn = (disk: Disk): Promise<Branches> => Branches.open({ disk, clock: new SimClock(), domain }, '/is/branches')

async function branchOn(disk: Disk, ...lines: ReturnType<typeof chainOf>[]) {
  const branches = await openOn(disk)
  const branch = await branches.obtain(generic)
  for (const line of lines) await branch.take(line.map(toLine), 'test')
  return { branches, branch }
}

const lengthsOf = (branch: Branch | undefined): readonly number[] =>
  branch ? [branch.journal.length, ...[...branch.others.entries()].map(([, { length }]) => length)] : []

test('a new state counts when it is on disk, and not before', async () => {
  const disk = new CutDisk()
  const { branch } = await branchOn(disk, common)
  const { state } = branch
  const to = { ...state, revision: 1 }
  disk.calls.fault = { at: disk.calls.count + 1, kind: 'EIO' }
  await assert.rejects(branch.compareAndSet(state, to), { code: 'DISK_FAILED' })
  assert.equal(branch.state.revision, 0)
  const setting = branch.compareAndSet(state, to)
  for (let turn = 0; turn < 3; turn += 1) await Promise.resolve()
  assert.equal(branch.state.revision, 0)
  assert.ok(await setting)
  const again = (await openOn(disk.crash('lost'))).get(generic)
  assert.deepEqual([branch.state.revision, again?.state.revision], [1, 1])
})

test('a state that is in place and not certain to be kept counts, for it is what a start would find', async () => {
  const disk = new CutDisk()
  const { branch } = await branchOn(disk, common)
  const { state } = branch
  // Opened, written, synced and renamed; the directory is never synced again.
  disk.calls.fault = { at: disk.calls.count + 5, kind: 'EIO', forAll: true }
  await assert.rejects(branch.compareAndSet(state, { ...state, revision: 1 }), { code: 'DISK_UNCERTAIN' })
  disk.calls.fault = undefined
  assert.equal(branch.state.revision, 1)
  assert.equal((await openOn(disk.crash('kept'))).get(generic)?.state.revision, 1)
})

test('a fork whose journal does not get to its place leaves a branch that can be used', async () => {
  const disk = new CutDisk()
  const { branches, branch } = await branchOn(disk, common)
  const child = await branches.obtain(web)
  const { rename } = disk.calls
  disk.calls.rename = async (from, to) => {
    if (to.endsWith('/web/journal')) throw Object.assign(new Error('EIO'), { code: 'EIO' })
    return rename.call(disk.calls, from, to)
  }
  await assert.rejects(child.beginAsCopy(branch.journal, 2), { code: 'DISK_FAILED' })
  disk.calls.rename = rename
  assert.deepEqual((await child.take(common.map(toLine), 'test')).added.length, 2)
})

test('a line that a crash left beside the journal that holds it is dropped, and is no split', async () => {
  const disk = new CutDisk()
  const { branch } = await branchOn(disk, common, left)
  const journal = await disk.readFile(`${branch.directory}/journal`)
  await disk.replaceFile(`${branch.directory}/other-${branch.journal.head}`, journal ?? '')
  const found = disk.crash('lost')
  const again = (await openOn(found)).get(generic)
  assert.equal(again?.isSplit, false)
  assert.deepEqual(await found.list(branch.directory), ['journal'])
})

test('another line is there whole or not at all, wherever the power is lost while it is kept', async () => {
  const seen = new Set<string>()
  for (let [at, isDone] = [1, false]; !isDone; at += 1) {
    for (let seed = 0; seed < 16; seed += 1) {
      const disk = new CutDisk(new SimFileCalls(seededRandom(seed)))
      const { branch } = await branchOn(disk, common, left)
      disk.calls.fault = { at: disk.calls.count + at, kind: 'dies after' }
      isDone = await branch.take(right.map(toLine), 'test').then(
        () => true,
        () => false,
      )
      const found = lengthsOf((await openOn(disk.crash('chance'))).get(generic))
      assert.ok(found.length === 1 || found[1] === 5, `${found} after call ${at}: ${disk.calls.made.at(-1)}`)
      if (isDone) assert.deepEqual(found, [4, 5])
      seen.add(`${found}`)
    }
  }
  assert.equal(seen.size, 2)
})

test('what is common to three lines is what all of them share, whichever came first', async () => {
  for (const lines of [
    [right, twig],
    [twig, right],
  ]) {
    const { branch } = await branchOn(new CutDisk(), common, left, ...lines)
    assert.deepEqual([branch.others.size, branch.commonLength], [2, 2])
  }
})

test('of a note that is not believed nothing is', async () => {
  const disk: SimDisk = new CutDisk()
  const { branches, branch } = await branchOn(disk, common, left)
  await branches.close()
  const path = `${branch.directory}/journal.checked`
  const note = JSON.parse(Buffer.from((await disk.readFile(path)) ?? []).toString())
  await disk.replaceFile(path, JSON.stringify({ ...note, sha256: '0'.repeat(64), directives: [1, 2, 3] }))
  const again = (await openOn(disk)).get(generic)
  const ids = [...common, ...left].map(({ id }) => id)
  assert.deepEqual([again?.journal.length, again?.journal.directives], [4, []])
  assert.deepEqual(
    ids.map((id) => again?.journal.sequenceOf(id)),
    [1, 2, 3, 4],
  )
})
