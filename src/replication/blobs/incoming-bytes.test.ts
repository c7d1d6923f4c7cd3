import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure } from '../../../test/support/files.ts'
import { type BlobRef, sha256Hex, silentLog } from '../../base/index.ts'
import { IncomingBytes } from './incoming-bytes.ts'

const refOf = (sizeBytes: number): BlobRef => ({ id: sha256Hex(`${sizeBytes}`), sizeBytes, pieces: sha256Hex('') })
const room = (left: () => number) => ({ reserve: 'IS_RESERVE (5%)', left: async () => left() })

test('a file is begun only when it leaves the reserve free, with all that are on their way', async () => {
  const incoming = new IncomingBytes({ log: silentLog, room: room(() => 100) })
  let arrive = (): void => undefined
  const first = incoming.during(
    refOf(60),
    () =>
      new Promise<void>((resolve) => {
        arrive = resolve
      }),
  )
  let begun = 0
  const second = (): Promise<void> =>
    incoming.during(refOf(50), async () => {
      begun += 1
    })
  await assert.rejects(second(), failure('DISK_FULL', /no room for 110 bytes from other hosts beside IS_RESERVE/))
  assert.equal(begun, 0)
  assert.match(incoming.texts().join(), /^1 file of 50 bytes from other hosts not fetched: no room for 110 bytes/)
  await incoming.ifRoom([refOf(20), refOf(21)], async () => {
    begun += 1
  })
  assert.equal(begun, 0)
  await incoming.ifRoom([refOf(20), refOf(19)], async () => {
    begun += 1
  })
  assert.equal(begun, 1)
  arrive()
  await first
  await second()
  assert.deepEqual([begun, incoming.texts()], [2, []])
})

test('a file that does not come lets its room go', async () => {
  const incoming = new IncomingBytes({ log: silentLog, room: room(() => 100) })
  await assert.rejects(
    incoming.during(refOf(90), () => Promise.reject(new Error('nobody has it'))),
    /nobody has it/,
  )
  await incoming.during(refOf(100), async () => undefined)
})
