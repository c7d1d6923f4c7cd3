import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { AppendLog, linesOf } from './append-log.ts'

const path = '/log'

test('open() of an absent file is an empty log', async () => {
  const { log, content, torn } = await AppendLog.open(new SimDisk(seededRandom(1)), path)
  assert.equal(log.size, 0)
  assert.deepEqual(linesOf(content), [])
  assert.equal(torn, undefined)
})

test('open() gives back the lines that append() was given', async () => {
  const disk = new SimDisk(seededRandom(1))
  const { log } = await AppendLog.open(disk, path)
  await log.append(['one', ''])
  await log.append(['\ufefftwo é'])
  const again = await AppendLog.open(disk, path)
  assert.deepEqual(linesOf(again.content), ['one', '', '\ufefftwo é'])
  assert.equal(again.log.size, log.size)
})

test('open() drops a torn last line, says how it began, and the next line follows whole ones', async () => {
  const disk = new SimDisk(seededRandom(1))
  await disk.replaceFile(path, `whole\n{"half":${'x'.repeat(200)}`)
  const { log, content, torn } = await AppendLog.open(disk, path)
  assert.deepEqual(linesOf(content), ['whole'])
  assert.deepEqual(torn, { bytes: 208, text: `{"half":${'x'.repeat(72)}` })
  await log.append(['next'])
  assert.deepEqual(linesOf((await AppendLog.open(disk, path)).content), ['whole', 'next'])
})

test('append() writes and syncs once for all its lines', async () => {
  const disk = new SimDisk(seededRandom(1))
  const { log } = await AppendLog.open(disk, path)
  await log.append(['a', 'b', 'c'])
  assert.deepEqual([disk.writes, disk.syncs], [1, 1])
})

test('append() to a full disk throws DISK_FULL and keeps nothing of it', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const disk = new SimDisk(seededRandom(seed))
    const { log } = await AppendLog.open(disk, path)
    await log.append(['kept'])
    disk.full = true
    await assert.rejects(log.append(['refused line', 'another']), { code: 'DISK_FULL' })
    assert.equal(new TextDecoder().decode(await disk.readFile(path)), 'kept\n')
    disk.full = false
    await log.append(['later'])
    assert.deepEqual(linesOf((await AppendLog.open(disk, path)).content), ['kept', 'later'])
  }
})

test('append() after a failure that could not be undone undoes it first', async () => {
  const disk = new SimDisk(seededRandom(3))
  const open = disk.open.bind(disk)
  let broken = false
  disk.open = async (name, access) => {
    const file = await open(name, access)
    return {
      ...file,
      truncate: (size) => (broken ? Promise.reject(new Error('broken')) : file.truncate(size)),
      sync: () => (broken ? Promise.reject(new Error('broken')) : file.sync()),
    }
  }
  const { log } = await AppendLog.open(disk, path)
  await log.append(['kept'])
  broken = true
  await assert.rejects(log.append(['longer than the next']), /broken/)
  await assert.rejects(log.append(['x']), /broken/)
  broken = false
  await log.append(['next'])
  assert.equal(new TextDecoder().decode(await disk.readFile(path)), 'kept\nnext\n')
})

test('append() calls at once keep their order', async () => {
  const disk = new SimDisk(seededRandom(1))
  const { log } = await AppendLog.open(disk, path)
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`)
  await Promise.all(lines.map((line) => log.append([line])))
  assert.deepEqual(linesOf((await AppendLog.open(disk, path)).content), lines)
})

test('append() refuses a line with a newline inside', () => {
  return assert.rejects(
    AppendLog.open(new SimDisk(seededRandom(1)), path).then(({ log }) => log.append(['a\nb'])),
    /newline/,
  )
})

test('readRange() reads durable lines only', async () => {
  const { log } = await AppendLog.open(new SimDisk(seededRandom(1)), path)
  await log.append(['abc', 'def'])
  assert.equal(new TextDecoder().decode(await log.readRange(4, 100)), 'def\n')
  assert.equal((await log.readRange(100, 1)).length, 0)
})

test('a crash at any byte keeps every acknowledged line and at most whole first lines of the last append', async () => {
  const appends = fc.array(fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '"', ' ') }), { maxLength: 3 }), {
    maxLength: 5,
  })
  await fc.assert(
    fc.asyncProperty(appends, fc.nat(), async (groups, seed) => {
      const total = new TextEncoder().encode(
        groups
          .flat()
          .map((line) => `${line}\n`)
          .join(''),
      ).length
      for (let bytes = 0; bytes <= total; bytes++) await crashAfter(groups, bytes, seed)
    }),
    { numRuns: 40 },
  )
})

async function crashAfter(groups: readonly (readonly string[])[], bytes: number, seed: number): Promise<void> {
  const disk = new SimDisk(seededRandom(seed))
  const { log } = await AppendLog.open(disk, path)
  disk.bytesUntilPowerFailure = bytes
  const acknowledged: string[] = []
  let underWay: readonly string[] = []
  for (const group of groups) {
    underWay = group
    try {
      await log.append(group)
    } catch {
      break
    }
    underWay = []
    acknowledged.push(...group)
  }
  const found = disk.crash(seed % 2 === 0 ? 'kept' : 'chance')
  const { log: after, content } = await AppendLog.open(found, path)
  const lines = linesOf(content)
  assert.deepEqual(lines.slice(0, acknowledged.length), acknowledged)
  assert.deepEqual(lines.slice(acknowledged.length), underWay.slice(0, lines.length - acknowledged.length))
  await after.append(['after'])
  assert.deepEqual(linesOf((await AppendLog.open(found.crash('lost'), path)).content), [...lines, 'after'])
}
