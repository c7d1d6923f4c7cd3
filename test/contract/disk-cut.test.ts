import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppendLog } from '../../src/base/index.ts'
import { CutDisk } from '../sim/cut-disk.ts'
import { type Fault, SimFileCalls } from '../sim/file-calls.ts'
import { seededRandom } from '../sim/random.ts'
import { diskContract } from './disk.ts'

diskContract('CutDisk', async () => {
  const disk = new CutDisk()
  await disk.makeDirectory('/home')
  return { disk, directory: '/home', close: async () => undefined }
})

const textOf = async (disk: CutDisk, path: string): Promise<string | undefined> => {
  const bytes = await disk.readFile(path)
  return bytes && Buffer.from(bytes).toString()
}

test('a directory that a killed process made, and did not sync, is durable when it is found', async () => {
  const killed = new CutDisk()
  // Made, and killed before the directory above is synced.
  killed.calls.fault = { at: 2, kind: 'dies before' }
  await assert.rejects(killed.makeDirectory('/home'))
  const disk = killed.crash('kept')
  await disk.makeDirectory('/home')
  await disk.replaceFile('/home/file', 'acknowledged')
  assert.equal(await textOf(disk.crash('lost'), '/home/file'), 'acknowledged')
})

test('what a killed process wrote, and did not sync, is durable when it is found', async () => {
  for (const at of [1, 2, 3, 4]) {
    const killed = new CutDisk()
    await killed.makeDirectory('/home')
    killed.calls.fault = { at: killed.calls.count + at, kind: 'dies before' }
    const { log } = (await AppendLog.open(killed, '/home/log').catch(() => ({ log: undefined }))) as { log?: AppendLog }
    await log?.append(['line']).catch(() => undefined)
    const disk = killed.crash('kept')
    const found = await (await AppendLog.open(disk, '/home/log')).log.lines()
    const later = await AppendLog.open(disk.crash('lost'), '/home/log')
    assert.deepEqual(await later.log.lines(), found, `killed before call ${at}`)
  }
})

test('a file whose directory can not be synced is written again, and else it is said that it may be lost', async () => {
  for (const kind of ['EIO', 'ENOSPC', 'EROFS'] satisfies Fault[]) {
    const disk = new CutDisk()
    await disk.makeDirectory('/home')
    await disk.replaceFile('/home/file', 'old')
    // Opened, written, synced, renamed; then the directory.
    disk.calls.fault = { at: disk.calls.count + 5, kind }
    await disk.replaceFile('/home/file', 'new')
    disk.calls.fault = { at: disk.calls.count + 5, kind, forAll: true }
    await assert.rejects(disk.replaceFile('/home/file', 'newer'), { code: 'DISK_UNCERTAIN' })
    disk.calls.fault = undefined
    assert.equal(await textOf(disk, '/home/file'), 'newer')
    assert.equal(await textOf(disk.crash('lost'), '/home/file'), 'new')
  }
})

test('whatever a failing call is, replaceFile() says so and leaves what was there, or what is to be there', async () => {
  for (const kind of ['EIO', 'ENOSPC', 'EROFS', 'short'] satisfies Fault[]) {
    for (let [at, isDone] = [1, false]; !isDone; at += 1) {
      const disk = new CutDisk()
      await disk.makeDirectory('/home')
      await disk.replaceFile('/home/file', 'old')
      const before = disk.calls.count
      disk.calls.fault = { at: before + at, kind }
      const done = await disk.replaceFile('/home/file', 'new').then(
        () => true,
        () => false,
      )
      isDone = disk.calls.count < before + at
      const expected = done ? 'new' : 'old'
      assert.equal(await textOf(disk, '/home/file'), expected, `${kind} at ${at}: ${disk.calls.made.at(-1)}`)
      assert.equal(await textOf(disk.crash('lost'), '/home/file'), expected)
    }
  }
})

test('of an append that a loss of power tears, in whatever order, only whole lines are found', async () => {
  const seen = new Set<string>()
  for (let seed = 0; seed < 60; seed += 1) {
    const disk = new CutDisk(new SimFileCalls(seededRandom(seed)))
    const { log } = await AppendLog.open(disk, '/log')
    await log.append(['a'.repeat(20)])
    disk.calls.fault = { at: disk.calls.count + 2, kind: 'dies before' }
    await assert.rejects(log.append(['b'.repeat(90), 'c'.repeat(90)]))
    const { log: found } = await AppendLog.open(disk.crash('chance'), '/log')
    const lines = await found.lines()
    for (const line of lines) assert.match(line, /^(a{20}|b{90}|c{90})$/)
    assert.equal(lines[0], 'a'.repeat(20))
    seen.add(lines.map((line) => line[0]).join(''))
    await found.append(['d'])
    assert.deepEqual(await found.lines(), [...lines, 'd'])
  }
  assert.ok(seen.has('a') && seen.size > 1)
})

test('an append that is neither kept nor taken back is said to be uncertain, and taken back before the next', async () => {
  const disk = new CutDisk()
  const { log } = await AppendLog.open(disk, '/log')
  await log.append(['kept'])
  disk.calls.fault = { at: disk.calls.count + 2, kind: 'EIO', forAll: true }
  await assert.rejects(log.append(['unsure']), { code: 'DISK_UNCERTAIN' })
  disk.calls.fault = undefined
  await log.append(['later'])
  assert.equal(await textOf(disk.crash('lost'), '/log'), 'kept\nlater\n')
})
