import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { contentOf, described, directory, pieceOf, storeOn, whole } from '../../test/sim/store.ts'
import { type Disk, type DiskFile, type FileAccess, IsconfError, pieceBytes } from '../base/index.ts'

test('sink() takes pieces in any order, serves them meanwhile, and finish() makes the blob whole', async () => {
  const content = contentOf(3 * pieceBytes + 9)
  const { ref, hashes } = await described(content)
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  const sink = await store.sink(ref)
  assert.equal(sink.hashesKnown(), false)
  assert.equal(await sink.putHashes(hashes), true)
  for (const index of [2, 0]) assert.equal(await sink.putPiece(index, pieceOf(content, index)), true)
  const held = await store.held(ref.id)
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => held?.has(index)),
    [true, false, true, false],
  )
  assert.deepEqual(
    await store.read(ref.id, 2 * pieceBytes + 5, 20),
    content.slice(2 * pieceBytes + 5, 2 * pieceBytes + 25),
  )
  await assert.rejects(store.read(ref.id, pieceBytes - 1, 2), { code: 'BLOB_MISSING' })
  for (const index of [3, 1]) await sink.putPiece(index, pieceOf(content, index))
  assert.equal(store.has(ref.id), false)
  await sink.finish()
  const again = await storeOn(disk.crash('lost'))
  assert.deepEqual(await whole(again, ref.id), content)
  assert.deepEqual(await again.pieceHashes(ref.id), hashes)
  assert.deepEqual(await disk.crash('lost').list(`${directory}/partial`), [])
})

test('a sink refuses a wrong piece list, a wrong piece and one of the wrong length', async () => {
  const content = contentOf(2 * pieceBytes)
  const { ref, hashes } = await described(content)
  const sink = await (await storeOn(new SimDisk(seededRandom(1)))).sink(ref)
  assert.equal(await sink.putHashes(hashes.slice(32)), false)
  assert.equal(await sink.putHashes(hashes.map((byte) => byte ^ 1)), false)
  assert.equal(await sink.putHashes(hashes), true)
  assert.equal(await sink.putPiece(0, pieceOf(content, 1)), false)
  assert.equal(await sink.putPiece(0, content.slice(0, 5)), false)
  assert.equal(sink.has(0), false)
})

for (const length of [100, 2 * pieceBytes + 9]) {
  test(`a sink for ${length} bytes is done with the memory of a piece when it has taken it`, async () => {
    const content = contentOf(length)
    const { ref, hashes } = await described(content)
    const store = await storeOn(new SimDisk(seededRandom(1)))
    const sink = await store.sink(ref)
    await sink.putHashes(hashes)
    const memory = Buffer.alloc(pieceBytes)
    for (let index = 0; index < sink.pieceCount; index++) {
      const piece = pieceOf(content, index)
      memory.set(piece)
      assert.equal(await sink.putPiece(index, memory.subarray(0, piece.length)), true)
      memory.fill(255)
    }
    await sink.finish()
    assert.deepEqual(await whole(store, ref.id), content)
  })
}

test('a blob of one piece needs no piece list, one of none needs nothing', async () => {
  const content = contentOf(100)
  const { ref } = await described(content)
  const store = await storeOn(new SimDisk(seededRandom(1)))
  const sink = await store.sink(ref)
  assert.equal(sink.hashesKnown(), true)
  assert.equal(await sink.putPiece(0, content), true)
  await sink.finish()
  const empty = (await described(new Uint8Array())).ref
  const emptySink = await store.sink(empty)
  await emptySink.finish()
  assert.deepEqual([store.has(ref.id), store.has(empty.id)], [true, true])
})

test('finish() of a whole that is wrong is BLOB_MISMATCH and leaves nothing', async () => {
  const content = contentOf(2 * pieceBytes)
  const { ref, hashes } = await described(content)
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  const sink = await store.sink({ ...ref, id: 'ab'.repeat(32) })
  await sink.putHashes(hashes)
  for (const index of [0, 1]) await sink.putPiece(index, pieceOf(content, index))
  await assert.rejects(sink.finish(), { code: 'BLOB_MISMATCH' })
  assert.deepEqual(store.ids(), [])
  assert.deepEqual(await disk.list(`${directory}/partial`), [])
})

test('a sink closed and opened again has exactly the pieces that were verified', async () => {
  const content = contentOf(4 * pieceBytes)
  const { ref, hashes } = await described(content)
  const disk = new SimDisk(seededRandom(1))
  const first = await (await storeOn(disk)).sink(ref)
  await first.putHashes(hashes)
  for (const index of [1, 3]) await first.putPiece(index, pieceOf(content, index))
  await first.putPiece(0, pieceOf(content, 1))
  await first.close()
  const second = await (await storeOn(disk)).sink(ref)
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => second.has(index)),
    [false, true, false, true],
  )
})

test('a sink after a power failure has only pieces that are right, and finishes', async () => {
  const content = contentOf(4 * pieceBytes)
  const { ref, hashes } = await described(content)
  const kept = new Set<string>()
  for (let seed = 0; seed < 12; seed++) {
    const disk = new SimDisk(seededRandom(seed))
    const first = await (await storeOn(disk)).sink(ref)
    await first.putHashes(hashes)
    for (const index of [0, 1, 2]) await first.putPiece(index, pieceOf(content, index))
    const store = await storeOn(disk.crash())
    const second = await store.sink(ref)
    assert.equal(second.hashesKnown(), true)
    kept.add([0, 1, 2, 3].filter((index) => second.has(index)).join())
    for (const index of [0, 1, 2, 3]) assert.equal(await second.putPiece(index, pieceOf(content, index)), true)
    await second.finish()
    assert.deepEqual(await whole(store, ref.id), content)
  }
  assert.ok(kept.size > 1, 'the crashes differed')
})

test('a sink that loses its power while it is synced on the way, its list on the disk or not, believes only what is right', async () => {
  const content = contentOf(17 * pieceBytes)
  const { ref, hashes } = await described(content)
  for (const [seed, puts] of [17, 17, 0].entries()) {
    const disk = new SimDisk(seededRandom(seed))
    const first = await (await storeOn(disk)).sink(ref)
    // Pieces are taken while the list is being written.
    const listed = first.putHashes(hashes)
    assert.equal(first.hashesKnown(), true)
    for (let index = 0; index < puts; index++) await first.putPiece(index, pieceOf(content, index))
    listed.catch(() => undefined)
    const store = await storeOn(disk.crash())
    const second = await store.sink(ref)
    if (!second.hashesKnown()) await second.putHashes(hashes)
    const has = Array.from({ length: 17 }, (_, index) => index).filter((index) => second.has(index))
    for (const index of has) {
      const bytes = await store.read(ref.id, index * pieceBytes, pieceBytes)
      assert.ok(Buffer.compare(bytes, pieceOf(content, index)) === 0, `piece ${index} is right`)
    }
    for (let index = 0; index < 17; index++) await second.putPiece(index, pieceOf(content, index))
    await second.finish()
    assert.ok(Buffer.compare(await whole(store, ref.id), content) === 0)
  }
})

test('sink() of a blob with another piece list begins again', async () => {
  const content = contentOf(2 * pieceBytes)
  const { ref, hashes } = await described(content)
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  const first = await store.sink(ref)
  await first.putHashes(hashes)
  await first.putPiece(0, pieceOf(content, 0))
  await first.close()
  const second = await store.sink({ ...ref, pieces: '00'.repeat(32) })
  assert.deepEqual([second.hashesKnown(), second.has(0)], [false, false])
})

test('finish() leaves nothing behind the blob of an earlier try with a larger size', async () => {
  const [small, large] = [contentOf(100), contentOf(3 * pieceBytes)]
  const { ref } = await described(small)
  const wrong = await described(large)
  const store = await storeOn(new SimDisk(seededRandom(1)))
  const first = await store.sink({ ...wrong.ref, id: ref.id })
  await first.putHashes(wrong.hashes)
  await first.putPiece(2, pieceOf(large, 2))
  await first.close()
  const second = await store.sink(ref)
  await second.putPiece(0, small)
  await second.finish()
  assert.deepEqual(await whole(store, ref.id), small)
})

test('sink() opens a blob once at a time', async () => {
  const { ref } = await described(contentOf(10))
  const store = await storeOn(new SimDisk(seededRandom(1)))
  const sink = await store.sink(ref)
  await assert.rejects(store.sink(ref), /taken in once at a time/)
  await sink.close()
  await (await store.sink(ref)).close()
})

test('a full disk while taking in is DISK_FULL, and what was verified stays', async () => {
  const content = contentOf(2 * pieceBytes)
  const { ref, hashes } = await described(content)
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  const sink = await store.sink(ref)
  await sink.putHashes(hashes)
  await sink.putPiece(1, pieceOf(content, 1))
  disk.full = true
  await assert.rejects(sink.putPiece(0, pieceOf(content, 0)), { code: 'DISK_FULL' })
  disk.full = false
  await sink.close()
  const again = await store.sink(ref)
  assert.deepEqual([again.has(0), again.has(1)], [false, true])
})

test('a sync that fails on the way fails the fetch, and nothing of the blob is believed at the next try', async () => {
  const content = contentOf(17 * pieceBytes)
  const { ref, hashes } = await described(content)
  const disk = new SimDisk(seededRandom(1))
  let failing = true
  const store = await storeOn(
    changedFiles(disk, (path, file) => {
      if (path !== `${directory}/partial/${ref.id}`) return file
      const sync = async (): Promise<void> => {
        if (failing) throw new IsconfError('DISK_FAILED', 'cannot sync: input/output error')
        await file.sync()
      }
      return { ...callsOf(file), sync }
    }),
  )
  const sink = await store.sink(ref)
  await sink.putHashes(hashes)
  for (let index = 0; index < 16; index++) await sink.putPiece(index, pieceOf(content, index))
  await assert.rejects(sink.putPiece(16, pieceOf(content, 16)), { code: 'DISK_FAILED' })
  await assert.rejects(sink.finish(), { code: 'DISK_FAILED' })
  await sink.close()
  failing = false
  const again = await store.sink(ref)
  assert.equal(again.hashesKnown(), false)
  await again.putHashes(hashes)
  for (let index = 0; index < 17; index++) {
    assert.equal(again.has(index), false)
    await again.putPiece(index, pieceOf(content, index))
  }
  await again.finish()
  assert.deepEqual(await whole(await storeOn(disk.crash('lost')), ref.id), content)
})

/** A disk some of whose open files do something else. */
function changedFiles(disk: Disk, change: (path: string, file: DiskFile) => DiskFile): Disk {
  return new Proxy(disk, {
    get: (target, name: keyof Disk) =>
      name === 'open'
        ? async (path: string, access: FileAccess) => change(path, await target.open(path, access))
        : (target[name] as (...words: unknown[]) => unknown).bind(target),
  })
}

function callsOf(file: DiskFile): DiskFile {
  return {
    size: () => file.size(),
    stamp: () => file.stamp(),
    read: (...words) => file.read(...words),
    write: (...words) => file.write(...words),
    truncate: (size) => file.truncate(size),
    sync: () => file.sync(),
    close: () => file.close(),
  }
}
