import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertHolds, type BlobHost, BlobWorld, blobContent, putContent } from '../../../test/sim/blob-world.ts'
import { type BlobRef, type BlobSource, pieceBytes, silentLog } from '../../base/index.ts'
import type { BlobStore } from '../../store/index.ts'
import { filesOfOneQuestion } from '../../transfer/index.ts'
import { fetchTogether } from './files-together.ts'

const never = new AbortController().signal

async function putSome(host: BlobHost, count: number): Promise<readonly BlobRef[]> {
  const refs: BlobRef[] = []
  for (let index = 0; index < count; index += 1) {
    refs.push(await putContent(host.store, blobContent(index * 97, index + 1)))
  }
  return refs
}

/** A store that gives what `change` makes of its files. */
function changing(change: (id: string, bytes: Uint8Array) => Uint8Array) {
  return (store: BlobStore): BlobSource => ({
    held: (id) => store.held(id),
    pieceHashes: (id) => store.pieceHashes(id),
    read: async (id, position, length) => change(id, await store.read(id, position, length)),
  })
}

test('many small files, an empty one among them, come in one answer and are kept with one wait for the disk', async () => {
  const world = new BlobWorld(1)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const refs = await putSome(alder, 200)
  await world.connect(alder, birch)
  const syncsBefore = birch.disk.syncs
  await world.clock.until(fetchTogether({ ...birch, clock: world.clock, log: silentLog }, refs, never))
  for (const ref of refs) await assertHolds(birch.store, ref)
  assert.ok(birch.disk.syncs - syncsBefore < refs.length, `${birch.disk.syncs - syncsBefore} syncs`)
})

test('what one peer has not, or sends wrong, another is asked for; what is right is kept', async () => {
  const world = new BlobWorld(2)
  const wrong = changing((_id, bytes) => (bytes.length > 50 * 97 ? bytes.map((byte) => byte ^ 1) : bytes))
  const alder = await world.host('alder', { serving: wrong })
  const [birch, cedar] = [await world.host('birch'), await world.host('cedar')]
  const refs = await putSome(alder, 100)
  for (const index of refs.keys()) if (index >= 40) await putContent(birch.store, blobContent(index * 97, index + 1))
  await world.connect(alder, birch, cedar)
  await world.clock.until(fetchTogether({ ...cedar, clock: world.clock, log: silentLog }, refs, never))
  for (const ref of refs) await assertHolds(cedar.store, ref)
})

test('a peer that hangs in the middle costs the rest, and no more time than a stall', async () => {
  const world = new BlobWorld(3)
  const hanging = (store: BlobStore): BlobSource => ({
    held: (id) => store.held(id),
    pieceHashes: (id) => store.pieceHashes(id),
    read: () => new Promise(() => undefined),
  })
  const [alder, birch] = [await world.host('alder', { serving: hanging }), await world.host('birch')]
  const refs = await putSome(alder, 20)
  await world.connect(alder, birch)
  await world.clock.until(fetchTogether({ ...birch, clock: world.clock, log: silentLog }, refs, never), 10_000)
  assert.deepEqual(birch.store.ids(), [])
})

test('one question asks for small files only, and for no more than fit', () => {
  const ref = (sizeBytes: number): BlobRef => ({ id: '', pieces: '', sizeBytes })
  assert.equal(filesOfOneQuestion([ref(pieceBytes + 1), ref(0)]).length, 1)
  assert.equal(filesOfOneQuestion(Array.from({ length: 10 }, () => ref(pieceBytes))).length, 4)
  assert.equal(filesOfOneQuestion(Array.from({ length: 1_000 }, () => ref(1))).length, 256)
})
