import assert from 'node:assert/strict'
import { test } from 'node:test'
import { execOf, generic } from '../../test/cluster/changesets.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { noChangeset } from '../base/index.ts'
import type { Operation } from '../journal/index.ts'
import { WorkInProgress } from './work-in-progress.ts'

const path = '/journal.wip'
const header = { branch: generic, base: noChangeset, lock: 'a'.repeat(32), message: 'because', author: 'ann@alder' }

async function begun() {
  const disk = new SimDisk(seededRandom(1))
  const work = await WorkInProgress.open(disk, path)
  await work.begin(header)
  return { disk, work }
}

test('there is no work at first, and nothing can be added to it', async () => {
  const disk = new SimDisk(seededRandom(1))
  const work = await WorkInProgress.open(disk, path)
  assert.deepEqual([work.header, work.operations], [undefined, []])
  await assert.rejects(work.add(execOf('true')), { code: 'NOT_LOCKED' })
  assert.deepEqual(await disk.list('/'), [])
})

test('what the next start could not read is refused, and nothing of it is noted', async () => {
  const { disk, work } = await begun()
  const owner = { uid: 0, gid: 0, user: 'root', group: 'root' }
  const blob = { id: 'a'.repeat(64), sizeBytes: 2 ** 53, pieces: 'b'.repeat(64) }
  const entry = { path: '/disk', owner, mtimeMs: 0, parents: [] }
  const large: Operation = { type: 'snap', kind: 'file', ...entry, mode: 0o644, blob }
  await assert.rejects(work.addAll([execOf('true'), large]), { code: 'NOT_A_FILE', message: /\/disk/ })
  assert.deepEqual([work.operations, (await WorkInProgress.open(disk, path)).operations], [[], []])
})

test('work survives a crash together with its lock', async () => {
  const { disk, work } = await begun()
  await work.add(execOf('one'))
  await work.add(execOf('two', 'wörds'))
  const again = await WorkInProgress.open(disk.crash('lost'), path)
  assert.deepEqual(again.header, header)
  assert.deepEqual(again.operations, [execOf('one'), execOf('two', 'wörds')])
  await again.add(execOf('three'))
  assert.equal(again.operations.length, 3)
})

test('begin() under another lock keeps what was done', async () => {
  const { disk, work } = await begun()
  await work.add(execOf('one'))
  const other = { ...header, lock: 'b'.repeat(32) }
  await work.begin(other)
  await work.add(execOf('two'))
  for (const one of [work, await WorkInProgress.open(disk, path)]) {
    assert.deepEqual([one.header, one.operations], [other, [execOf('one'), execOf('two')]])
  }
})

test('clear() ends it for good', async () => {
  const { disk, work } = await begun()
  await work.add(execOf('one'))
  await work.clear()
  for (const one of [work, await WorkInProgress.open(disk.crash('lost'), path)]) {
    assert.deepEqual([one.header, one.operations], [undefined, []])
  }
})

test('open() drops a torn operation, whichever byte it was torn at, and says so', async () => {
  const { disk, work } = await begun()
  await work.add(execOf('one'))
  const whole = (await disk.readFile(path))!.length
  await work.add(execOf('two'))
  const bytes = (await disk.readFile(path))!
  for (let end = whole; end < bytes.length; end += 1) {
    await disk.replaceFile(path, bytes.subarray(0, end))
    const again = await WorkInProgress.open(disk, path)
    assert.deepEqual([again.operations, again.droppedBytes], [[execOf('one')], end - whole])
  }
})

test('open() names the line that is damaged', async () => {
  const { disk, work } = await begun()
  await work.add(execOf('one'))
  const text = Buffer.from((await disk.readFile(path))!).toString('utf8')
  for (const [line, damaged] of [
    [1, text.replace('"branch"', '"brunch"')],
    [2, `${text.split('\n')[0]}\nnonsense\n`],
  ] as const) {
    await disk.replaceFile(path, damaged)
    await assert.rejects(WorkInProgress.open(disk, path), {
      code: 'STATE_DAMAGED',
      message: `${path}: line ${line} is not what was written there`,
    })
  }
})

test('open() names an operation that only a later release knows', async () => {
  const { disk, work } = await begun()
  await work.add(execOf('one'))
  const text = Buffer.from((await disk.readFile(path))!).toString('utf8')
  await disk.replaceFile(path, text.replace('"env"', '"umask":18,"env"'))
  await assert.rejects(WorkInProgress.open(disk, path), {
    code: 'NEWER_RELEASE',
    message: `${path}: line 2 is exec, of a form that this release does not know`,
  })
})

test('add() to a full disk keeps nothing of it', async () => {
  const { disk, work } = await begun()
  disk.full = true
  await assert.rejects(work.add(execOf('one')), { code: 'DISK_FULL' })
  assert.deepEqual(work.operations, [])
  disk.full = false
  await work.add(execOf('two'))
  assert.deepEqual((await WorkInProgress.open(disk, path)).operations, [execOf('two')])
})

/** A command with so many MiB of arguments, none of them longer than one may be. */
const largeOf = (mib: number) => execOf(...Array.from({ length: mib * 16 }, () => 'x'.repeat(64 * 1024)))

test('refuseIfFull() refuses before a changeset would be too long', async () => {
  const { work } = await begun()
  const large = largeOf(1)
  for (let count = 0; count < 5; count += 1) {
    work.refuseIfFull(large)
    await work.add(large)
  }
  assert.throws(() => work.refuseIfFull(largeOf(2)), {
    code: 'WIP_FULL',
    message: /journal\.wip/,
  })
  work.refuseIfFull(execOf('true'))
})

test('addAll() notes operations with one write, or none of them', async () => {
  const { disk, work } = await begun()
  await work.addAll([execOf('one'), execOf('two')])
  const large = largeOf(5)
  await assert.rejects(work.addAll([execOf('three'), large, large]), { code: 'WIP_FULL', message: /journal\.wip/ })
  disk.full = true
  await assert.rejects(work.addAll([execOf('four'), execOf('five')]), { code: 'DISK_FULL' })
  assert.deepEqual((await WorkInProgress.open(disk, path)).operations, [execOf('one'), execOf('two')])
})
