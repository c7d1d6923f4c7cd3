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

const mebibyte = 1024 * 1024

test('append() of much is written in parts, each synced, so that no hole is far from the end; none is kept when one fails', async () => {
  const disk = new SimDisk(seededRandom(1))
  const { log } = await AppendLog.open(disk, path)
  const lines = [...Array.from({ length: 30 }, () => 'x'.repeat(100_000)), 'y'.repeat(3 * mebibyte), 'z']
  await log.append(lines)
  assert.deepEqual([disk.writes, disk.syncs], [5, 5])
  assert.ok(isDeepStrictEqual(await linesIn(disk), lines))
  const before = log.size
  const open = disk.open.bind(disk)
  disk.open = async (name, access) => {
    const file = await open(name, access)
    return {
      ...file,
      write: (position, bytes) =>
        position > before ? Promise.reject(new Error('the second part fails')) : file.write(position, bytes),
    }
  }
  const again = await AppendLog.open(disk, path)
  await assert.rejects(again.log.append(lines), /second part/)
  assert.equal((await disk.readFile(path))?.length, before)
})

test('open() drops what a power failure has left of the last part, wherever a hole is in it', async () => {
  const whole = `${'w'.repeat(200)}\n`.repeat(10_000)
  const parts = {
    'of many lines': `${'p'.repeat(99)}\n`.repeat(10_000),
    'of one line': `${'p'.repeat(3 * mebibyte)}\n`,
  }
  for (const [what, part] of Object.entries(parts)) {
    for (const at of [0, 5_000, 400_050, part.length - 600_000, part.length - 1]) {
      for (const last of [part.length, part.length - 1]) {
        const bytes = Buffer.from(`${whole}${part}`)
        bytes[whole.length + at] = 0
        const disk = new SimDisk(seededRandom(1))
        await disk.replaceFile(path, bytes.subarray(0, whole.length + last))
        const { log } = await AppendLog.open(disk, path)
        const kept = Math.max(0, what === 'of one line' ? 0 : Math.floor(Math.min(at, last) / 100) * 100)
        assert.equal(log.size, whole.length + kept, `${what}, at ${at} of ${last}`)
      }
    }
  }
})

test('open() cuts nothing of what is known to have been whole lines', async () => {
  const [known, after] = ['known\nkno\0n\n', 'after\naf\0er\nlost\n']
  for (const [wholeBytes, kept] of [
    [known.length, known.length + 'after\n'.length],
    [0, 'known\n'.length],
    // Where no line ends, and of a file that is shorter, nothing is known.
    [known.length - 3, 'known\n'.length],
    [1_000, 'known\n'.length],
  ] as const) {
    const disk = new SimDisk(seededRandom(1))
    await disk.replaceFile(path, `${known}${after}`)
    const { log } = await AppendLog.open(disk, path, wholeBytes)
    assert.equal(log.size, kept)
  }
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
