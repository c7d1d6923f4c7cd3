/** A journal that is long enough to have its lines noted: what a start takes at its word, and what it does not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { domain, following, longChainOf } from '../../test/cluster/changesets.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import type { DiskFile, FileAccess } from '../base/index.ts'
import { toLine } from './changeset.ts'
import { Journal } from './journal.ts'
import { journalBeforeDamage } from './load-journal.ts'

const path = '/journal'
const chain = longChainOf(12)
const lines = chain.map((one) => `${toLine(one)}\n`)
const content = lines.join('')
/** In the middle of a line, within a word that may be any other. */
const middleOf = (line: number): number => lines.slice(0, line - 1).join('').length + 50_000

/** Counts the bytes that are read of the journal. */
class CountingDisk extends SimDisk {
  readBytes = 0
  override async open(name: string, access: FileAccess): Promise<DiskFile> {
    const file = await super.open(name, access)
    if (name !== path) return file
    const read: DiskFile['read'] = async (position, length, into) => {
      const bytes = await file.read(position, length, into)
      this.readBytes += bytes.length
      return bytes
    }
    return { ...file, read }
  }
}

/** The disk of a host whose daemon had this journal and has ended. */
async function ended(): Promise<CountingDisk> {
  const disk = new CountingDisk(seededRandom(1))
  const journal = await Journal.open(disk, path, domain)
  await journal.append(chain, 'test')
  await journal.saveCheckpoint()
  await journal.close()
  disk.readBytes = 0
  return disk
}

const inUse = { code: 'JOURNAL_DAMAGED', hint: /^isconf restart: / }
const damagedIn = (line: number) => ({ code: 'JOURNAL_DAMAGED', message: new RegExp(`^/journal: line ${line}: `) })

test('open() of a long journal that nobody has changed reads its last line and no other, and knows the same', async () => {
  const disk = await ended()
  const journal = await Journal.open(disk, path, domain)
  // Its last line, the end of the file, where a torn line would be, and no more.
  assert.ok(disk.readBytes < 3 * lines[0]!.length, `${disk.readBytes} bytes were read`)
  assert.deepEqual([journal.length, journal.head, journal.operationCount], [12, chain[11]?.id, 12])
  assert.deepEqual(
    [1, 7, 12].map((at) => journal.idAt(at)),
    [0, 6, 11].map((at) => chain[at]?.id),
  )
  assert.deepEqual(await journal.changesetAt(7), chain[6])
  await journal.verify()
  const next = following(chain[11])
  await journal.append([next], 'test')
  await journal.saveCheckpoint()
  assert.equal((await Journal.open(disk, path, domain)).head, next.id)
})

test('open() hashes a long journal again that somebody has changed, and names the line', async () => {
  for (const line of [1, 7, 12]) {
    const disk = await ended()
    const bytes = Buffer.from(content)
    bytes[middleOf(line)] = 0x79
    await disk.replaceFile(path, bytes)
    await assert.rejects(Journal.open(disk, path, domain), damagedIn(line))
  }
  const disk = await ended()
  await disk.replaceFile(path, content)
  disk.readBytes = 0
  assert.equal((await Journal.open(disk, path, domain)).head, chain[11]?.id)
  assert.ok(disk.readBytes > content.length)
})

test('open() does not believe a note of where the lines are that is absent, cut short, or other bytes', async () => {
  for (const change of [undefined, (one: Uint8Array) => one.subarray(0, 8), (one: Uint8Array) => one.fill(1, 40, 41)]) {
    const disk = await ended()
    const noted = (await disk.readFile(`${path}.lines`)) as Uint8Array
    if (change) await disk.replaceFile(`${path}.lines`, change(noted))
    else await disk.remove(`${path}.lines`)
    const journal = await Journal.open(disk, path, domain)
    assert.ok(disk.readBytes > content.length)
    assert.deepEqual([journal.idAt(1), journal.idAt(12)], [chain[0]?.id, chain[11]?.id])
    await journal.saveCheckpoint()
    disk.readBytes = 0
    await Journal.open(disk, path, domain)
    assert.ok(disk.readBytes < 3 * lines[0]!.length)
  }
})

test('what a disk lost without anybody writing is found by verify(), by reading and by the next note; the next start names it', async () => {
  const ways: ((journal: Journal) => Promise<unknown>)[] = [
    (journal) => journal.verify(),
    (journal) => journal.changesetAt(7),
    async (journal) => {
      await journal.append([following(chain[11])], 'test')
      await journal.saveCheckpoint()
    },
  ]
  for (const findDamage of ways) {
    for (const byte of [0x79, 0]) {
      const disk = await ended()
      disk.rot(path, middleOf(7), byte)
      const journal = await Journal.open(disk, path, domain)
      await assert.rejects(findDamage(journal), inUse)
      await journal.close()
      // Nothing is cut, also where it looks as if the power had failed.
      await assert.rejects(Journal.open(disk, path, domain), damagedIn(7))
      const good = journalBeforeDamage(domain)((await disk.readFile(path)) as Uint8Array)
      assert.equal(good, lines.slice(0, 6).join(''))
      await disk.replaceFile(path, good ?? '')
      assert.equal((await Journal.open(disk, path, domain)).length, 6)
    }
  }
})

test('open() drops a torn end after what was noted, and takes no hole before it for one', async () => {
  const disk = await ended()
  const next = `${toLine(following(chain[11]))}\n`
  await disk.replaceFile(path, `${content}${next.slice(0, 30)}\0\0\0${next.slice(33)}`)
  const journal = await Journal.open(disk, path, domain)
  assert.deepEqual([journal.length, journal.droppedBytes], [12, next.length])
  for (const [from, to] of [
    [middleOf(12), middleOf(12) + 4_096],
    [content.length - 4_096, content.length],
  ] as const) {
    const bytes = Buffer.from(`${content}${next.slice(0, 30)}`)
    bytes.fill(0, from, to)
    await disk.replaceFile(path, bytes)
    await assert.rejects(Journal.open(disk, path, domain), damagedIn(12))
  }
})
