import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type BlobRef, inlineHasher, pieceBytes, type Random, sha256Hex } from '../../src/base/index.ts'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { type BlobStore, openStore } from './blob-store.ts'
import { inlineWholeHasher } from './whole-hash.ts'

const directory = '/is/store'

function storeOn(disk: SimDisk, random: Random = seededRandom(1)): Promise<BlobStore> {
  return openStore({ disk, directory, hasher: inlineHasher, wholeHasher: inlineWholeHasher, random })
}

function contentOf(sizeBytes: number, seed = 7): Uint8Array {
  const content = new Uint8Array(sizeBytes)
  let state = seed
  for (let index = 0; index < sizeBytes; index++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    content[index] = state >>> 16
  }
  return content
}

async function* inChunks(content: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < content.length; position += chunkBytes)
    yield content.subarray(position, position + chunkBytes)
}

async function whole(store: BlobStore, id: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of store.readWhole(id)) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}

function pieceOf(content: Uint8Array, index: number): Uint8Array {
  return content.slice(index * pieceBytes, (index + 1) * pieceBytes)
}

/** The reference and piece list of a content, made by a store of its own. */
async function described(content: Uint8Array): Promise<{ ref: BlobRef; hashes: Uint8Array }> {
  const store = await storeOn(new SimDisk(seededRandom(1)))
  const ref = await store.put(inChunks(content, 100_000))
  return { ref, hashes: (await store.pieceHashes(ref.id)) ?? assert.fail('no piece list') }
}

for (const sizeBytes of [0, 1, pieceBytes - 1, pieceBytes, pieceBytes + 1, 2 * pieceBytes + 5]) {
  test(`put() and readWhole() keep ${sizeBytes} bytes, also over a restart`, async () => {
    const disk = new SimDisk(seededRandom(1))
    const content = contentOf(sizeBytes)
    const ref = await (await storeOn(disk)).put(inChunks(content, 77_777))
    assert.equal(ref.id, sha256Hex(content))
    assert.equal(ref.sizeBytes, sizeBytes)
    const store = await storeOn(disk.crash('lost'))
    assert.deepEqual(await whole(store, ref.id), content)
    const hashes = await store.pieceHashes(ref.id)
    assert.equal(hashes?.length, 32 * Math.ceil(sizeBytes / pieceBytes))
    assert.equal(sha256Hex(hashes), ref.pieces)
    assert.equal((await store.held(ref.id))?.count, Math.ceil(sizeBytes / pieceBytes))
  })
}

test('put() of the same bytes twice keeps them once', async () => {
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  const content = contentOf(10)
  const first = await store.put(inChunks(content, 10))
  assert.deepEqual(await store.put(inChunks(content, 3)), first)
  assert.deepEqual(store.ids(), [first.id])
  assert.deepEqual(await disk.list(`${directory}/partial`), [])
})

test('put() whose source fails keeps nothing and passes the failure on', async () => {
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield contentOf(3 * pieceBytes)
    throw new Error('the file changed')
  }
  await assert.rejects(store.put(failing()), /the file changed/)
  assert.deepEqual(await disk.list(`${directory}/partial`), [])
  assert.deepEqual(store.ids(), [])
})

test('put() on a full disk is DISK_FULL and keeps nothing', async () => {
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  async function* filling(): AsyncGenerator<Uint8Array> {
    yield contentOf(pieceBytes)
    disk.full = true
    yield contentOf(3 * pieceBytes)
  }
  await assert.rejects(store.put(filling()), { code: 'DISK_FULL' })
  assert.deepEqual(await disk.list(`${directory}/partial`), [])
})

test('put() interrupted anywhere leaves a whole blob or nothing', async () => {
  const content = contentOf(pieceBytes + 10)
  await fc.assert(
    fc.asyncProperty(fc.nat(60), fc.nat(), async (turns, seed) => {
      const disk = new SimDisk(seededRandom(seed))
      const putting = storeOn(disk).then((store) => store.put(inChunks(content, 400_000)))
      putting.catch(() => undefined)
      for (let turn = 0; turn < turns * 3; turn++) await Promise.resolve()
      const found = disk.crash()
      const store = await storeOn(found)
      for (const id of store.ids()) assert.deepEqual(await whole(store, id), content)
      assert.deepEqual(await found.list(`${directory}/partial`), [])
    }),
    { numRuns: 60 },
  )
})

test('readWhole() of a damaged blob is BLOB_MISMATCH, ends before the last bytes, and drops it', async () => {
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  const { id } = await store.put(inChunks(contentOf(1000), 1000))
  const file = await disk.open(`${directory}/${id.slice(0, 2)}/${id}`, 'write')
  await file.write(500, new Uint8Array([1, 2, 3]))
  const got: Uint8Array[] = []
  const reading = (async () => {
    for await (const part of store.readWhole(id)) got.push(part)
  })()
  await assert.rejects(reading, { code: 'BLOB_MISMATCH' })
  assert.deepEqual(got, [])
  assert.equal(store.has(id), false)
  await assert.rejects(whole(store, id), { code: 'BLOB_MISSING', message: `file ${id} is not here` })
})

test('readWhole() of a blob that somebody removed is BLOB_MISSING', async () => {
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  const { id } = await store.put(inChunks(contentOf(10), 10))
  await disk.remove(`${directory}/${id.slice(0, 2)}/${id}`)
  await assert.rejects(whole(store, id), { code: 'BLOB_MISSING' })
  assert.equal(store.has(id), false)
})

test('drop() forgets a blob for good', async () => {
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  const { id } = await store.put(inChunks(contentOf(2 * pieceBytes), pieceBytes))
  await store.drop(id)
  await store.drop(id)
  assert.deepEqual((await storeOn(disk)).ids(), [])
  assert.deepEqual(await disk.list(`${directory}/${id.slice(0, 2)}`), [])
})

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

test('what is not here is not held, has no piece list and is not read', async () => {
  const store = await storeOn(new SimDisk(seededRandom(1)))
  for (const id of ['../../etc/passwd', 'ab'.repeat(32)]) {
    assert.equal(await store.held(id), undefined)
    assert.equal(await store.pieceHashes(id), undefined)
    await assert.rejects(store.read(id, 0, 1), { code: 'BLOB_MISSING' })
  }
})
