import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PowerFailure, SimDisk } from '../sim/disk.ts'
import { seededRandom } from '../sim/random.ts'
import { diskContract } from './disk.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

diskContract('SimDisk', async () => {
  const disk = new SimDisk(seededRandom(1))
  await disk.makeDirectory('/home')
  return { disk, directory: '/home', close: async () => undefined }
})

test('SimDisk: crash() keeps what was synced and nothing else is sure', async () => {
  const seen = new Set<string>()
  for (let seed = 0; seed < 60; seed++) {
    const disk = new SimDisk(seededRandom(seed))
    const file = await disk.open('/file', 'write')
    await file.write(0, bytesOf('safe'))
    await file.sync()
    await file.write(4, bytesOf('xy'))
    const found = new TextDecoder().decode(await disk.crash().readFile('/file'))
    assert.match(found, /^safe(x|xy)?$/)
    seen.add(found)
  }
  assert.deepEqual([...seen].sort(), ['safe', 'safex', 'safexy'])
})

test('SimDisk: crash("lost") undoes overwrites and cuts that were not synced', async () => {
  const disk = new SimDisk(seededRandom(1))
  const file = await disk.open('/file', 'write')
  await file.write(0, bytesOf('0123456789'))
  await file.sync()
  await file.write(2, bytesOf('xx'))
  await file.truncate(3)
  await file.write(6, bytesOf('yyyyyyyy'))
  assert.equal(new TextDecoder().decode(await disk.crash('lost').readFile('/file')), '0123456789')
})

test('SimDisk: a crash during rename() leaves one name or the other', async () => {
  const seen = new Set<string>()
  for (let seed = 0; seed < 40; seed++) {
    const disk = new SimDisk(seededRandom(seed))
    await disk.replaceFile('/from', 'x')
    const renaming = disk.rename('/from', '/to').catch(() => undefined)
    for (let turn = 0; turn < seed % 4; turn++) await Promise.resolve()
    const found = disk.crash()
    await renaming
    seen.add((await found.list('/')).join())
  }
  assert.deepEqual([...seen].sort(), ['from', 'to'])
})

test('SimDisk: after crash() the old disk answers nobody', async () => {
  const disk = new SimDisk(seededRandom(1))
  const file = await disk.open('/file', 'write')
  disk.crash()
  await assert.rejects(file.write(0, bytesOf('x')), PowerFailure)
  await assert.rejects(disk.readFile('/file'), PowerFailure)
})

test('SimDisk: full makes every write DISK_FULL and leaves other calls alone', async () => {
  const disk = new SimDisk(seededRandom(1))
  const file = await disk.open('/file', 'write')
  disk.full = true
  await assert.rejects(file.write(0, bytesOf('abc')), { code: 'DISK_FULL' })
  await assert.rejects(disk.replaceFile('/file', 'abc'), { code: 'DISK_FULL' })
  await file.truncate(0)
  disk.full = false
  await file.write(0, bytesOf('abc'))
  assert.equal(await file.size(), 3)
})
