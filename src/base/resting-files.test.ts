import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { failure, temporaryDirectory } from '../../test/support/files.ts'
import { diskOn } from './disk.io.ts'
import type { DiskFile } from './disk.ts'
import { systemCalls } from './file-calls.io.ts'

const manyFiles = 300
const skip = existsSync('/proc/self/fd') ? false : 'no /proc'

/** A disk with more files open than it keeps descriptors of. */
async function place(t: TestContext) {
  const directory = temporaryDirectory(t)
  const disk = diskOn(systemCalls)
  const files = await Promise.all(
    Array.from({ length: manyFiles }, (_, index) => disk.open(join(directory, `file${index}`), 'keep')),
  )
  const close = async (): Promise<void> => void (await Promise.all(files.map((file) => file.close())))
  return { directory, disk, files, close }
}

function descriptorsIn(directory: string): number {
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(join('/proc/self/fd', fd))
    } catch {
      return ''
    }
  })
  return targets.filter((target) => target.startsWith(`${directory}/`)).length
}

const text = async (file: { read(position: number, length: number): Promise<Uint8Array> }): Promise<string> =>
  Buffer.from(await file.read(0, 100)).toString()

test('of many files that are open to be written those used last have a descriptor', { skip }, async (t) => {
  const { directory, files, close } = await place(t)
  await Promise.all(files.map((file, index) => file.write(0, Buffer.from(`content ${index}`))))
  await Promise.all(files.map((file) => file.sync()))
  for (const [index, file] of files.entries()) assert.equal(await text(file), `content ${index}`)
  // What was let go is closed by Node's threads.
  for (let turn = 0; turn < 1_000 && descriptorsIn(directory) > 128; turn += 1) await files[0]?.size()
  assert.ok(descriptorsIn(directory) <= 128)
  await close()
  assert.equal(descriptorsIn(directory), 0)
})

test('many files that are used at once are opened in turn', async (t) => {
  const directory = temporaryDirectory(t)
  let [open, most] = [0, 0]
  const disk = diskOn({
    ...systemCalls,
    open: async (...what) => {
      const file = await systemCalls.open(...what)
      const close = file.close.bind(file)
      open += 1
      most = Math.max(most, open)
      file.close = () => close().finally(() => (open -= 1))
      return file
    },
  })
  const files: DiskFile[] = []
  for (let index = 0; index < manyFiles; index += 1)
    files.push(await disk.open(join(directory, `file${index}`), 'keep'))
  await files[0]?.sync()
  most = 0
  await Promise.all(files.map((file, index) => file.write(0, Buffer.from(`content ${index}`))))
  assert.deepEqual(
    await Promise.all(files.map(text)),
    files.map((_, index) => `content ${index}`),
  )
  assert.ok(most > 100 && most < 140, `${most} at once`)
  await Promise.all(files.map((file) => file.close()))
  assert.equal(open, 0)
})

test('a file whose name goes to another one is still itself', async (t) => {
  const { directory, disk, files, close } = await place(t)
  await files[0]?.write(0, Buffer.from('old'))
  await files[1]?.write(0, Buffer.from('new'))
  for (const file of files.slice(2)) await file.size()
  await disk.rename(join(directory, 'file1'), join(directory, 'file0'))
  await disk.remove(join(directory, 'file2'))
  await disk.replaceFile(join(directory, 'file3'), 'replaced')
  for (const file of files.slice(4)) await file.size()
  assert.deepEqual(await Promise.all(files.slice(0, 4).map(text)), ['old', 'new', '', ''])
  await close()
})

test('a file that somebody else has replaced while it rested is not taken for the one that was open', async (t) => {
  const { directory, files, close } = await place(t)
  for (const file of files.slice(1)) await file.size()
  mkdirSync(join(directory, 'elsewhere'))
  writeFileSync(join(directory, 'elsewhere/file'), 'other')
  renameSync(join(directory, 'elsewhere/file'), join(directory, 'file0'))
  const [first] = files
  assert.ok(first)
  await assert.rejects(text(first), failure('DISK_FAILED', /another file was put in its place$/))
  await close()
})

test('a file that is only written for a while has its descriptor all the time, for a thread that reads it', async (t) => {
  const disk = diskOn(systemCalls)
  const written = await disk.open(join(temporaryDirectory(t), 'file'), 'write')
  const { directory, close } = await place(t)
  assert.equal(typeof written.descriptor, 'number')
  const kept = await disk.open(join(directory, 'file0'), 'keep')
  assert.equal(kept.descriptor, undefined)
  await Promise.all([written.close(), kept.close(), close()])
})
