import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { noteMachine } from './machine-id.ts'

const path = '/machine-id'
const [one, other] = ['1'.repeat(32), '2'.repeat(32)] as const

test('noteMachine() notes the machine once, knows it again, and refuses another', async () => {
  const disk = new SimDisk(seededRandom(1))
  await noteMachine(disk, path, one)
  await noteMachine(disk, path, one)
  await assert.rejects(noteMachine(disk, path, other), {
    code: 'CLONED',
    message: `the identity in ${path} belongs to machine ${one}, and this machine is ${other}`,
  })
})

test('noteMachine() on a machine without an id notes and refuses nothing', async () => {
  const disk = new SimDisk(seededRandom(1))
  await noteMachine(disk, path, undefined)
  assert.deepEqual(await disk.list('/'), [])
  await noteMachine(disk, path, one)
  await noteMachine(disk, path, undefined)
})
