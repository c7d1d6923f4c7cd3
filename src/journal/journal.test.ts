import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, domain, execOf, following } from '../../test/cluster/changesets.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { type DomainName, noChangeset, sha256Hex } from '../base/index.ts'
import { type SignedChangeset, toLine } from './changeset.ts'
import { Journal } from './journal.ts'

const path = '/journal'
const three = chainOf(['one', 'two', 'three'])
const lines = three.map(toLine)
const content = lines.map((line) => `${line}\n`).join('')

function diskWith(text: string | Uint8Array): Promise<SimDisk> {
  const disk = new SimDisk(seededRandom(1))
  return disk.replaceFile(path, text).then(() => disk)
}

async function ids(journal: Journal): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { id } of journal.changesetsAfter(0)) found.push(id)
  return found
}

test('a new journal is empty', async () => {
  const journal = await Journal.open(new SimDisk(seededRandom(1)), path, domain)
  assert.deepEqual([journal.head, journal.length, journal.operationCount], [noChangeset, 0, 0])
  assert.deepEqual(await journal.linesAfter(noChangeset, 1000), { lines: [], more: false })
  assert.ok(journal.has(noChangeset))
})

test('append() keeps changesets in order, also over a restart', async () => {
  const disk = new SimDisk(seededRandom(1))
  const journal = await Journal.open(disk, path, domain)
  await journal.append(three.slice(0, 1), 'test')
  await journal.append(three.slice(1), 'test')
  for (const one of [journal, await Journal.open(disk, path, domain)]) {
    assert.deepEqual(
      await ids(one),
      three.map(({ id }) => id),
    )
    assert.deepEqual([one.head, one.length, one.operationCount], [three[2]?.id, 3, 3])
    assert.equal(one.idAt(2), three[1]?.id)
    assert.equal(one.sequenceOf(three[1]!.id), 2)
    assert.deepEqual(await one.changesetAt(3), three[2])
  }
  const afterwards = await Journal.open(disk.crash('lost'), path, domain)
  assert.deepEqual(
    await ids(afterwards),
    three.map(({ id }) => id),
  )
})

test('append() of what does not follow adds nothing, and the first of several does not either', async () => {
  const disk = await diskWith(content)
  const journal = await Journal.open(disk, path, domain)
  const next = following(three[2])
  for (const wrong of [[three[0]!], [following(three[1])], [next, next], [next, following(undefined)]]) {
    await assert.rejects(journal.append(wrong, 'birch'), { code: 'JOURNAL_DAMAGED', message: /^birch: / })
  }
  assert.equal(String(Buffer.from((await disk.readFile(path))!)), content)
  assert.equal(journal.head, three[2]?.id)
})

test('append() to a full disk adds nothing', async () => {
  const disk = await diskWith(content)
  const journal = await Journal.open(disk, path, domain)
  disk.full = true
  await assert.rejects(journal.append([following(three[2])], 'test'), { code: 'DISK_FULL' })
  assert.equal(journal.head, three[2]?.id)
  disk.full = false
  assert.equal((await Journal.open(disk, path, domain)).head, three[2]?.id)
})

test('open() drops a torn end, whichever byte it was torn at, and nothing else', async () => {
  const whole = Buffer.byteLength(`${lines[0]}\n${lines[1]}\n`)
  const bytes = Buffer.from(content)
  for (let end = whole; end < bytes.length; end += 1) {
    const journal = await Journal.open(await diskWith(bytes.subarray(0, end)), path, domain)
    assert.deepEqual([journal.length, journal.droppedBytes], [2, end - whole])
    await journal.append([three[2]!], 'test')
    assert.equal(journal.head, three[2]?.id)
  }
})

for (const line of [1, 2, 3]) {
  test(`open() names line ${line} when that is damaged, with and without a checkpoint`, async () => {
    const begin = Buffer.byteLength(
      lines
        .slice(0, line - 1)
        .map((one) => `${one}\n`)
        .join(''),
    )
    for (let at = begin; at < begin + lines[line - 1]!.length; at += 7) {
      const bytes = Buffer.from(content)
      bytes[at] = bytes[at]! ^ 1
      for (const disk of [await diskWith(bytes), await withCheckpoint(bytes)]) {
        await assert.rejects(Journal.open(disk, path, domain), {
          code: 'JOURNAL_DAMAGED',
          message: new RegExp(`^/journal: line ${line}: `),
        })
      }
    }
  })
}

/** A disk on which the journal was checked as it should be, and damaged afterwards. */
async function withCheckpoint(bytes: Uint8Array): Promise<SimDisk> {
  const disk = await diskWith(content)
  await (await Journal.open(disk, path, domain)).saveCheckpoint()
  await disk.replaceFile(path, bytes)
  return disk
}

test('open() names the line when lines are exchanged, doubled or left out', async () => {
  const [one, two, last] = lines as [string, string, string]
  const cases: readonly [number, readonly string[]][] = [
    [1, [two, one, last]],
    [2, [one, one, two]],
    [2, [one, last]],
    [1, [two, last]],
    [2, [one, '', two]],
  ]
  for (const [line, wrong] of cases) {
    const disk = await diskWith(wrong.map((text) => `${text}\n`).join(''))
    await assert.rejects(Journal.open(disk, path, domain), { message: new RegExp(`^/journal: line ${line}: `) })
  }
})

test('open() refuses the journal of another domain', async () => {
  const opening = Journal.open(await diskWith(content), path, 'y.example' as DomainName)
  await assert.rejects(opening, { code: 'OTHER_DOMAIN', message: /is of domain sim\.example, not y\.example/ })
})

test('open() refuses the journal of another domain that was checked there, or that a release before noted without one', async () => {
  const disk = await diskWith(content)
  const journal = await Journal.open(disk, path, domain)
  await journal.saveCheckpoint()
  const refused = { code: 'OTHER_DOMAIN', message: /^\/journal: line 1: / }
  await assert.rejects(Journal.open(disk, path, 'y.example' as DomainName), refused)
  const note = JSON.parse(Buffer.from((await disk.readFile(`${path}.checked`)) ?? []).toString('utf8'))
  await disk.replaceFile(`${path}.checked`, JSON.stringify({ ...note, domain: undefined }))
  await assert.rejects(Journal.open(disk, path, 'y.example' as DomainName), refused)
  assert.equal((await Journal.open(disk, path, domain)).length, 3)
})

test('a journal that has grown much, or was checked at length, is noted without a clean stop', async () => {
  const disk = new SimDisk(seededRandom(1))
  const journal = await Journal.open(disk, path, domain)
  const large = 'x'.repeat(100 * 1024)
  const chain: SignedChangeset[] = []
  for (let count = 0; count < 3; count += 1) {
    const operations = [execOf(...Array.from({ length: 12 }, () => large))]
    chain.push(following(chain.at(-1), { operations }))
  }
  await journal.append(chain.slice(0, 1), 'test')
  assert.equal(await disk.readFile(`${path}.checked`), undefined)
  await journal.append(chain.slice(1, 2), 'test')
  const noted = Buffer.from((await disk.readFile(`${path}.checked`)) ?? []).toString('utf8')
  assert.match(noted, new RegExp(`^{"bytes":${(await disk.readFile(path))?.length},`))
  await disk.remove(`${path}.checked`)
  await Journal.open(disk, path, domain)
  assert.equal(Buffer.from((await disk.readFile(`${path}.checked`)) ?? []).toString('utf8'), noted)
})

test('open() is the same with a checkpoint, and what was added after it is checked', async () => {
  const disk = await diskWith(content)
  const journal = await Journal.open(disk, path, domain)
  await journal.saveCheckpoint()
  const [four, five] = chainOf(['four', 'five'], three[2]) as [SignedChangeset, SignedChangeset]
  await journal.append([four], 'test')
  const again = await Journal.open(disk, path, domain)
  assert.deepEqual(
    await ids(again),
    [...three, four].map(({ id }) => id),
  )
  assert.deepEqual([again.head, again.length, again.operationCount], [four.id, 4, 4])
  await again.append([five], 'test')
  await disk.replaceFile(path, `${content}${toLine(four)}\n${toLine(four)}\n`)
  await assert.rejects(Journal.open(disk, path, domain), /line 5: the changeset does not follow/)
})

const wrongCheckpoints = {
  'is no JSON': '{',
  'is of other bytes': JSON.stringify({ bytes: Buffer.byteLength(content), sha256: sha256Hex('other'), domain }),
  'is of more than there is': JSON.stringify({ bytes: 1_000_000, sha256: sha256Hex(content), domain }),
  'ends within a line': JSON.stringify({ bytes: 10, sha256: sha256Hex(content.slice(0, 10)), domain }),
  'holds no number': JSON.stringify({ bytes: 'all', sha256: sha256Hex(content), domain }),
  'is negative': JSON.stringify({ bytes: -1, sha256: sha256Hex(''), domain }),
  'is null': 'null',
}
for (const [how, note] of Object.entries(wrongCheckpoints)) {
  test(`open() does not believe a checkpoint that ${how}`, async () => {
    const disk = await diskWith(content)
    await disk.replaceFile(`${path}.checked`, note)
    const journal = await Journal.open(disk, path, domain)
    assert.deepEqual(
      await ids(journal),
      three.map(({ id }) => id),
    )
    assert.deepEqual([journal.head, journal.operationCount], [three[2]?.id, 3])
    const damaged = Buffer.from(content)
    damaged[20] = damaged[20]! ^ 1
    await disk.replaceFile(path, damaged)
    await assert.rejects(Journal.open(disk, path, domain), { code: 'JOURNAL_DAMAGED' })
  })
}

test('linesAfter() gives whole lines within the limit, at least one, and says whether more follow', async () => {
  const journal = await Journal.open(await diskWith(content), path, domain)
  const size = lines[0]!.length + 1
  assert.deepEqual(await journal.linesAfter(noChangeset, 1), { lines: lines.slice(0, 1), more: true })
  assert.deepEqual(await journal.linesAfter(noChangeset, 2 * size), { lines: lines.slice(0, 2), more: true })
  assert.deepEqual(await journal.linesAfter(noChangeset, 100 * size), { lines, more: false })
  assert.deepEqual(await journal.linesAfter(three[1]!.id, 1), { lines: lines.slice(2), more: false })
  assert.deepEqual(await journal.linesAfter(three[2]!.id, 1), { lines: [], more: false })
  assert.equal(await journal.linesAfter(following(three[2]).id, 1), undefined)
})

test('linesAfter() gives text that is not ASCII as it is', async () => {
  const one = following(undefined, { message: ' größer \u2028 ', operations: [execOf('echo', '\u{1f600} ')] })
  const disk = new SimDisk(seededRandom(1))
  const journal = await Journal.open(disk, path, domain)
  await journal.append([one, following(one)], 'test')
  assert.deepEqual((await journal.linesAfter(noChangeset, 1))?.lines, [toLine(one)])
  assert.equal((await Journal.open(disk, path, domain)).length, 2)
})

test('copyTo() makes a journal of the first changesets', async () => {
  const disk = await diskWith(content)
  const journal = await Journal.open(disk, path, domain)
  await journal.copyTo('/copy', 2)
  const copy = await Journal.open(disk, '/copy', domain)
  assert.deepEqual(
    await ids(copy),
    three.slice(0, 2).map(({ id }) => id),
  )
  await copy.append([following(three[1], { message: 'another way' })], 'test')
  assert.equal(journal.head, three[2]?.id)
})
