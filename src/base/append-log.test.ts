import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { AppendLog } from './append-log.ts'

const path = '/log'

test('open() of an absent file is an empty log', async () => {
  const { log, torn } = await AppendLog.open(new SimDisk(seededRandom(1)), path)
  assert.equal(log.size, 0)
  assert.deepEqual(await log.lines(), [])
  assert.equal(torn, undefined)
})

test('open() gives back the lines that append() was given', async () => {
  const disk = new SimDisk(seededRandom(1))
  const { log } = await AppendLog.open(disk, path)
  await log.append(['one', ''])
  await log.append(['\ufefftwo é'])
  const again = await AppendLog.open(disk, path)
  assert.deepEqual(await again.log.lines(), ['one', '', '\ufefftwo é'])
  assert.equal(again.log.size, log.size)
})

test('open() drops a torn last line, says how it began, and the next line follows whole ones', async () => {
  const disk = new SimDisk(seededRandom(1))
  await disk.replaceFile(path, `whole\n{"half":${'x'.repeat(200)}`)
  const { log, torn } = await AppendLog.open(disk, path)
  assert.deepEqual(await log.lines(), ['whole'])
  assert.deepEqual(torn, { bytes: 208, text: `{"half":${'x'.repeat(72)}` })
  await log.append(['next'])
  assert.deepEqual(await linesIn(disk), ['whole', 'next'])
})

test('the lines of a long log are found from either end, however long they are', async () => {
  const disk = new SimDisk(seededRandom(1))
  const { log } = await AppendLog.open(disk, path)
  const lengths = [0, 65_535, 1, 65_536, 1_048_575, 0, 3_000_000, 2, 1_048_576, 70_000]
  const lines = lengths.map((length, index) => String(index).repeat(length))
  await log.append(lines)
  const backwards = []
  for await (const line of log.linesFromEnd()) backwards.push(line)
  const positions = lengths.map((_, index) => lengths.slice(0, index).reduce((sum, length) => sum + length + 1, 0))
  assert.ok(
    isDeepStrictEqual(
      backwards.reverse(),
      lines.map((text, index) => ({ text, position: positions[index] })),
    ),
  )
  const pieces: string[] = []
  for await (const bytes of log.wholeLines(positions[1] ?? 0, positions[9] ?? 0)) {
    const piece = Buffer.from(bytes).toString()
    assert.ok(piece.endsWith('\n'), 'each piece is of whole lines')
    pieces.push(...piece.slice(0, -1).split('\n'))
  }
  assert.ok(isDeepStrictEqual(pieces, lines.slice(1, 9)))
  for (const [index, position] of positions.entries()) assert.equal(await log.lineNumberAt(position), index + 1)
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
    assert.deepEqual(await linesIn(disk), ['kept', 'later'])
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
  assert.deepEqual(await linesIn(disk), lines)
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

async function linesIn(disk: SimDisk): Promise<readonly string[]> {
  return (await AppendLog.open(disk, path)).log.lines()
}

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
  const { log: after } = await AppendLog.open(found, path)
  const lines = await after.lines()
  assert.deepEqual(lines.slice(0, acknowledged.length), acknowledged)
  assert.deepEqual(lines.slice(acknowledged.length), underWay.slice(0, lines.length - acknowledged.length))
  await after.append(['after'])
  assert.deepEqual(await linesIn(found.crash('lost')), [...lines, 'after'])
}
