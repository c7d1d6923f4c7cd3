import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { contentOf, directory, inChunks, storeOn, whole } from '../../test/sim/store.ts'
import { pieceBytes, sha256Hex } from '../base/index.ts'

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

test('putSmall() keeps many blobs, each once, as put() would, also over a restart', async () => {
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  const contents = [
    ...Array.from({ length: 40 }, (_, seed) => contentOf(100 + seed, seed)),
    new Uint8Array(),
    contentOf(pieceBytes),
  ]
  const before = await store.put(inChunks(contents[3]!, 7))
  const refs = await store.putSmall([...contents, contents[0]!])
  assert.deepEqual(refs[3], before)
  assert.deepEqual(refs.at(-1), refs[0])
  const again = await storeOn(disk.crash('lost'))
  for (const [index, content] of contents.entries()) {
    assert.deepEqual(await whole(again, refs[index]!.id), content)
    const other = await (await storeOn(new SimDisk(seededRandom(1)))).put(inChunks(content, 50_000))
    assert.deepEqual(refs[index], other)
  }
})

test('putSmall() interrupted anywhere leaves of each blob the whole or nothing, and all when it has returned', async () => {
  const contents = Array.from({ length: 9 }, (_, seed) => contentOf(50 + seed, seed))
  const ids = contents.map((content) => sha256Hex(content))
  const counts = new Set<number>()
  for (const fate of ['lost', 'kept', 'chance'] as const) {
    for (let turns = 0; turns < 60; turns += 1) {
      const disk = new SimDisk(seededRandom(turns))
      const store = await storeOn(disk)
      let returned = false
      const put = store.putSmall(contents).then(
        () => {
          returned = true
        },
        () => undefined,
      )
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      const wasReturned = returned
      const after = await storeOn(disk.crash(fate))
      await put
      for (const id of after.ids()) assert.deepEqual(await whole(after, id), contents[ids.indexOf(id)])
      if (wasReturned) assert.equal(after.ids().length, contents.length)
      counts.add(after.ids().length)
    }
  }
  assert.ok(counts.has(0) && counts.has(9) && counts.size > 3, [...counts].join(' '))
})

test('putSmall() on a full disk is DISK_FULL and keeps nothing that was not here', async () => {
  const disk = new SimDisk(seededRandom(1))
  const store = await storeOn(disk)
  const [kept] = await store.putSmall([contentOf(10)])
  disk.full = true
  await assert.rejects(store.putSmall([contentOf(10), contentOf(11), contentOf(12)]), { code: 'DISK_FULL' })
  disk.full = false
  assert.deepEqual(store.ids(), [kept!.id])
  assert.deepEqual((await storeOn(disk)).ids(), [kept!.id])
})

test('what a crash kept from its place on a shelf is removed at the next start', async () => {
  const disk = new SimDisk(seededRandom(1))
  const [ref] = await (await storeOn(disk)).putSmall([contentOf(10)])
  const { id } = ref!
  const shelf = `${directory}/${id.slice(0, 2)}`
  await disk.replaceFile(`${shelf}/${'0'.repeat(64)}.new`, 'half')
  await storeOn(disk)
  assert.deepEqual(await disk.list(shelf), [id])
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

test('what is not here is not held, has no piece list and is not read', async () => {
  const store = await storeOn(new SimDisk(seededRandom(1)))
  for (const id of ['../../etc/passwd', 'ab'.repeat(32)]) {
    assert.equal(await store.held(id), undefined)
    assert.equal(await store.pieceHashes(id), undefined)
    await assert.rejects(store.read(id, 0, 1), { code: 'BLOB_MISSING' })
  }
})
