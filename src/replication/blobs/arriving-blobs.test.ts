import assert from 'node:assert/strict'
import { test } from 'node:test'
import { domain } from '../../../test/cluster/changesets.ts'
import { assertHolds, type BlobHost, BlobWorld, blobContent, putContent } from '../../../test/sim/blob-world.ts'
import { type BlobRef, type BlobSource, type ByteRange, pieceBytes, silentLog } from '../../base/index.ts'
import { Branches } from '../../branch/index.ts'
import type { BlobStore } from '../../store/index.ts'
import { BlobReplicator } from './blob-replicator.ts'

const never = new AbortController().signal
const sizeBytes = 6 * pieceBytes + 1000
const content = blobContent(sizeBytes, 5)

interface Pair {
  readonly world: BlobWorld
  readonly alder: BlobHost
  readonly birch: BlobHost
  readonly keeper: BlobReplicator
  readonly ref: BlobRef
}

/** Alder has the file, and gives of it what `gives` makes of its store; birch reads it. */
async function pairOf(t: { after(end: () => void): void }, gives?: (store: BlobStore) => BlobSource): Promise<Pair> {
  const world = new BlobWorld(1)
  const alder = await world.host('alder', gives ? { serving: gives } : {})
  const birch = await world.host('birch')
  const ref = await putContent(alder.store, content)
  await birch.disk.makeDirectory('/is/branches')
  const branches = await Branches.open({ disk: birch.disk, clock: world.clock, domain }, '/is/branches')
  const keeper = new BlobReplicator({
    ...birch,
    branches,
    clock: world.clock,
    log: silentLog,
    hosts: () => [],
    addressesOf: () => [],
  })
  keeper.start()
  t.after(() => keeper.stop())
  return { world, alder, birch, keeper, ref }
}

/** The store as long as it is asked for one of the first pieces; for the others until it is opened. */
function gated(store: BlobStore, firstCount: number): { readonly source: BlobSource; open: () => void } {
  let isOpen = false
  const source: BlobSource = {
    held: async (id) => {
      const held = await store.held(id)
      return held && { count: held.count, has: (index) => held.has(index) && (isOpen || index < firstCount) }
    },
    pieceHashes: (id) => store.pieceHashes(id),
    read: (id, position, length) => store.read(id, position, length),
  }
  const open = (): void => {
    isOpen = true
  }
  return { source, open }
}

/** Takes all that a reading gives; it may not be over. */
function taking(chunks: AsyncIterable<Uint8Array>) {
  const taken: Uint8Array[] = []
  const done = (async () => {
    for await (const bytes of chunks) taken.push(bytes)
  })()
  done.catch(() => undefined)
  return { bytes: () => Buffer.concat(taken), done }
}

test('read() gives the first pieces while the others are still missing, and the rest when they come', async (t) => {
  let gate: ReturnType<typeof gated> | undefined
  const { world, alder, birch, keeper, ref } = await pairOf(t, (store) => {
    gate = gated(store, 2)
    return gate.source
  })
  await world.connect(alder, birch)
  const read = taking(keeper.read(ref, { from: 0, end: sizeBytes }, never))
  await world.clock.run(10_000)
  assert.deepEqual(read.bytes(), Buffer.from(content.subarray(0, 2 * pieceBytes)))
  assert.equal(birch.store.has(ref.id), false)
  gate?.open()
  await world.clock.until(read.done)
  assert.deepEqual(read.bytes(), Buffer.from(content))
  await assertHolds(birch.store, ref)
})

test('read() ends with BLOB_MISSING after what it has when nobody has the rest', async (t) => {
  const { world, alder, birch, keeper, ref } = await pairOf(t, (store) => gated(store, 3).source)
  await world.connect(alder, birch)
  const read = taking(keeper.read(ref, { from: 0, end: sizeBytes }, never))
  await assert.rejects(world.clock.until(read.done), { code: 'BLOB_MISSING' })
  assert.equal(read.bytes().length, 3 * pieceBytes)
  const none = taking(keeper.read(ref, { from: 3 * pieceBytes, end: sizeBytes }, never))
  await assert.rejects(world.clock.until(none.done), { code: 'BLOB_MISSING' })
  assert.equal(none.bytes().length, 0)
})

test('read() holds the last piece back until the whole is right', async (t) => {
  const { world, alder, birch, keeper, ref } = await pairOf(t)
  await world.connect(alder, birch)
  // All its pieces are right, and the whole is not what the name says.
  const wrong = { ...ref, id: 'f'.repeat(64) }
  const source = alder.store
  const renamed: BlobSource = {
    held: () => source.held(ref.id),
    pieceHashes: () => source.pieceHashes(ref.id),
    read: (_, position, length) => source.read(ref.id, position, length),
  }
  const cedar = await world.host('cedar', { serving: () => renamed })
  await world.connect(cedar, birch)
  const read = taking(keeper.read(wrong, { from: 0, end: sizeBytes }, never))
  await assert.rejects(world.clock.until(read.done), { code: 'BLOB_MISMATCH' })
  assert.ok(read.bytes().length <= 6 * pieceBytes, `${read.bytes().length} bytes were given`)
})

for (const [from, end] of [
  [0, 10],
  [pieceBytes - 5, pieceBytes + 5],
  [2 * pieceBytes, 3 * pieceBytes],
  [sizeBytes - 10, sizeBytes],
  [5, 5],
] as const) {
  test(`read() gives the bytes from ${from} to before ${end}, of a file that is here and of one that is not`, async (t) => {
    const { world, alder, birch, keeper, ref } = await pairOf(t)
    await world.connect(alder, birch)
    const range: ByteRange = { from, end }
    for (let time = 0; time < 2; time += 1) {
      const read = taking(keeper.read(ref, range, never))
      await world.clock.until(read.done)
      assert.deepEqual(read.bytes(), Buffer.from(content.subarray(from, end)))
      await world.clock.run(30_000)
    }
  })
}

test('read() of a damaged copy gives no wrong byte, and gets the file anew from another host', async (t) => {
  const { world, alder, birch, keeper, ref } = await pairOf(t)
  await world.connect(alder, birch)
  await putContent(birch.store, content)
  const file = await birch.disk.open(`/store/${ref.id.slice(0, 2)}/${ref.id}`, 'write')
  await file.write(3 * pieceBytes + 7, new Uint8Array([content[3 * pieceBytes + 7]! ^ 1]))
  await file.close()
  const read = taking(keeper.read(ref, { from: 0, end: sizeBytes }, never))
  await world.clock.until(read.done)
  assert.deepEqual(read.bytes(), Buffer.from(content))
  await assertHolds(birch.store, ref)
})

test('read() of a damaged copy ends where the damage is when no other host has the file', async (t) => {
  const { world, birch, keeper, ref } = await pairOf(t)
  await putContent(birch.store, content)
  const file = await birch.disk.open(`/store/${ref.id.slice(0, 2)}/${ref.id}`, 'write')
  await file.write(3 * pieceBytes, new Uint8Array([content[3 * pieceBytes]! ^ 1]))
  await file.close()
  const read = taking(keeper.read(ref, { from: 0, end: sizeBytes }, never))
  await assert.rejects(world.clock.until(read.done), { code: 'BLOB_MISSING' })
  assert.equal(read.bytes().length, 3 * pieceBytes)
})

test('read() that nobody wants any more ends at once, and the fetch goes on', async (t) => {
  let gate: ReturnType<typeof gated> | undefined
  const { world, alder, birch, keeper, ref } = await pairOf(t, (store) => {
    gate = gated(store, 1)
    return gate.source
  })
  await world.connect(alder, birch)
  const gone = new AbortController()
  const read = taking(keeper.read(ref, { from: 0, end: sizeBytes }, gone.signal))
  await world.clock.run(5_000)
  gone.abort(new Error('gone'))
  await assert.rejects(world.clock.until(read.done), /gone/)
  gate?.open()
  await world.clock.run(30_000)
  await assertHolds(birch.store, ref)
})
