import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimClock } from '../../test/sim/clock.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import type { ChangesetId } from '../base/index.ts'
import { toKey } from './history-entry.ts'
import { KeptOutputs } from './kept-outputs.ts'

const cutBytes = { stdout: 0, stderr: 0 }
const said = (stdout: string) => ({ stdout, stderr: '', cutBytes })
const at = (index: number) => ({ id: 'a'.repeat(64) as ChangesetId, index })

test('what an operation wrote last is kept, and the newest of all is found without a name, also after a start', async () => {
  const disk = new SimDisk(seededRandom(1))
  const outputs = await KeptOutputs.open(disk, new SimClock(), '/is/output')
  assert.equal(await outputs.named(undefined), undefined)
  await outputs.keep(at(0), said('first\n'))
  await outputs.keep(at(10), said('other\n'))
  await outputs.keep(at(0), said('again\n'))
  for (const one of [outputs, await KeptOutputs.open(disk, new SimClock(), '/is/output')]) {
    assert.equal((await one.named(toKey(at(0))))?.stdout, 'again\n')
    assert.equal((await one.named(toKey(at(10))))?.stdout, 'other\n')
    assert.equal((await one.named(undefined))?.stdout, 'again\n')
    assert.equal(await one.named(toKey(at(1))), undefined)
  }
  assert.equal((await disk.list('/is/output')).length, 2)
  await KeptOutputs.forgetAll(disk, '/is/output')
  assert.deepEqual(await disk.list('/is/output'), [])
})

test('what is kept gets another name, is found by a short one, and is forgotten', async () => {
  const disk = new SimDisk(seededRandom(1))
  const outputs = await KeptOutputs.open(disk, new SimClock(), '/is/output')
  const made = { id: 'b'.repeat(64) as ChangesetId, index: 3 }
  await outputs.keep(at(0), said('first\n'))
  await outputs.rename(toKey(at(0)), made)
  await outputs.rename(toKey(at(1)), at(2))
  assert.deepEqual((await outputs.named(undefined))?.operation, toKey(made))
  const found = ['bbbb', 'bbbb:3', 'bbbb:4', 'aaaa', 'wip:0'].map((name) => outputs.keyLike(name))
  assert.deepEqual(found, [toKey(made), toKey(made), undefined, undefined, undefined])
  await outputs.forget(toKey(made))
  assert.deepEqual([await outputs.named(undefined), await disk.list('/is/output')], [undefined, []])
})

test('of many the oldest are forgotten', async () => {
  const disk = new SimDisk(seededRandom(1))
  const outputs = await KeptOutputs.open(disk, new SimClock(), '/is/output')
  for (let index = 0; index < 203; index += 1) await outputs.keep(at(index), said(`${index}\n`))
  assert.equal((await disk.list('/is/output')).length, 200)
  assert.equal(await outputs.named(toKey(at(2))), undefined)
  assert.equal((await outputs.named(toKey(at(3))))?.stdout, '3\n')
})

test('what a power failure tore is not there, and a full disk keeps nothing', async () => {
  const disk = new SimDisk(seededRandom(1))
  const outputs = await KeptOutputs.open(disk, new SimClock(), '/is/output')
  await outputs.keep(at(0), said('first\n'))
  const [name = ''] = await disk.list('/is/output')
  await disk.replaceFile(`/is/output/${name}`, '{"operation":"aa')
  assert.equal(await outputs.named(undefined), undefined)
  disk.full = true
  await assert.rejects(outputs.keep(at(1), said('second\n')), { code: 'DISK_FULL' })
  assert.equal(await outputs.named(toKey(at(1))), undefined)
})
