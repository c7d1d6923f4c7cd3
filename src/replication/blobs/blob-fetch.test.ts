import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertHolds,
  type BlobHost,
  BlobWorld,
  blobContent,
  onLinks,
  putContent,
  slowly,
} from '../../../test/sim/blob-world.ts'
import { type BlobSink, type BlobSource, pieceBytes, sleep } from '../../base/index.ts'
import type { BlobStore } from '../../store/index.ts'

const mebibyte = 1024 * 1024
const content = blobContent(16 * pieceBytes + 77)

test('fetchBlob() takes a blob of any size from one peer', async () => {
  for (const sizeBytes of [0, 1, pieceBytes, 5 * pieceBytes + 1]) {
    const world = new BlobWorld(sizeBytes)
    const [alder, birch] = [await world.host('alder'), await world.host('birch')]
    const ref = await putContent(alder.store, blobContent(sizeBytes))
    await world.connect(alder, birch)
    await world.clock.until(world.fetch(birch, ref))
    await assertHolds(birch.store, ref)
  }
})

test('fetchBlob() takes a blob on the link in portions, packed or not, from who has all or only some of it', async () => {
  const world = new BlobWorld(2)
  const read: number[] = []
  const noting = (store: BlobStore): BlobSource => ({
    held: (id) => store.held(id),
    pieceHashes: (id) => store.pieceHashes(id),
    read: (id, position, length, into) => {
      read.push(length)
      return store.read(id, position, length, into)
    },
  })
  const hosts = [await world.host('alder', { serving: noting }), await world.host('birch'), await world.host('cedar')]
  const [alder, birch, cedar] = hosts as [BlobHost, BlobHost, BlobHost]
  const half = Buffer.from(content).fill('the same again ', 8 * pieceBytes)
  const ref = await putContent(alder.store, half)
  await world.connect(...hosts)
  for (const host of [birch, cedar]) onLinks(host)
  await world.clock.until(Promise.all([world.fetch(birch, ref), world.fetch(cedar, ref)]))
  for (const { store } of [birch, cedar]) await assertHolds(store, ref)
  assert.equal(read[0], 16 * 1024)
  assert.ok(Math.max(...read) > 256 * 1024, 'larger ones on a fast line')
})

test('fetchBlob() shares the work between two sources', async () => {
  const world = new BlobWorld(1)
  const [alder, birch, cedar] = [await world.host('alder'), await world.host('birch'), await world.host('cedar')]
  const ref = await putContent(alder.store, content)
  await putContent(birch.store, content)
  await world.connect(alder, birch, cedar)
  await world.clock.until(world.fetch(cedar, ref))
  await assertHolds(cedar.store, ref)
  for (const { transport } of [alder, birch])
    assert.ok(transport.sentBytes > content.length / 4, `${transport.sentBytes}`)
  assert.ok(alder.transport.sentBytes + birch.transport.sentBytes < content.length * 1.1)
})

test('fetchBlob() sets a source aside that sends a wrong piece, and says which', async () => {
  const world = new BlobWorld(2)
  const wrong = (store: BlobStore): BlobSource => ({
    held: (id) => store.held(id),
    pieceHashes: (id) => store.pieceHashes(id),
    read: async (id, position, length) => (await store.read(id, position, length)).map((byte) => byte ^ 1),
  })
  const [alder, birch, cedar] = [
    await world.host('alder', { serving: wrong }),
    await world.host('birch'),
    await world.host('cedar'),
  ]
  const ref = await putContent(alder.store, content)
  await putContent(birch.store, content)
  await world.connect(alder, birch, cedar)
  const bad: string[] = []
  await world.clock.until(world.fetch(cedar, ref, { onBadPeer: (peer) => bad.push(peer) }))
  await assertHolds(cedar.store, ref)
  assert.deepEqual(bad, ['alder'])
  assert.ok(alder.transport.sentBytes < 8 * mebibyte + 4096, 'it was not asked again')
})

test('fetchBlob() sets a source aside that sends a wrong piece list', async () => {
  const world = new BlobWorld(3)
  const wrong = (store: BlobStore): BlobSource => ({
    held: (id) => store.held(id),
    pieceHashes: async (id) => (await store.pieceHashes(id))?.map((byte) => byte ^ 1),
    read: (id, position, length) => store.read(id, position, length),
  })
  const [alder, birch] = [await world.host('alder', { serving: wrong }), await world.host('birch')]
  const ref = await putContent(alder.store, content)
  await world.connect(alder, birch)
  const bad: string[] = []
  const fetching = world.fetch(birch, ref, { onBadPeer: (peer) => bad.push(peer) })
  await assert.rejects(world.clock.until(fetching), { code: 'BLOB_MISSING' })
  assert.deepEqual(bad, ['alder'])
})

for (const way of ['hangs', 'is killed'] as const) {
  test(`fetchBlob() finishes from the other source when one ${way}`, async () => {
    const world = new BlobWorld(4)
    const [alder, birch, cedar] = [await world.host('alder'), await world.host('birch'), await world.host('cedar')]
    const ref = await putContent(alder.store, content)
    await putContent(birch.store, content)
    await world.connect(alder, birch, cedar)
    const fetching = world.fetch(cedar, ref)
    await world.clock.untilTrue(() => alder.transport.sentBytes > 3 * mebibyte)
    if (way === 'hangs') world.network.hang('alder')
    else alder.transport.crash()
    await world.clock.until(fetching)
    await assertHolds(cedar.store, ref)
  })
}

test('fetchBlob() takes up a source again that hung for a while and is the only one', async () => {
  const world = new BlobWorld(5)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const ref = await putContent(alder.store, content)
  await world.connect(alder, birch)
  const fetching = world.fetch(birch, ref, { missingMs: 60_000 })
  await world.clock.untilTrue(() => alder.transport.sentBytes > 3 * mebibyte)
  world.network.hang('alder')
  await world.clock.run(20_000)
  world.network.wake('alder')
  await world.clock.until(fetching)
  await assertHolds(birch.store, ref)
})

test('fetchBlob() asks its only source again when that never answers a request', async () => {
  const world = new BlobWorld(14)
  let reads = 0
  const stuck = (store: BlobStore): BlobSource => ({
    held: (id) => store.held(id),
    pieceHashes: (id) => store.pieceHashes(id),
    read: (...range) => (reads++ < 2 ? new Promise(() => undefined) : store.read(...range)),
  })
  const [alder, birch] = [await world.host('alder', { serving: stuck }), await world.host('birch')]
  const ref = await putContent(alder.store, content)
  await world.connect(alder, birch)
  await world.clock.until(world.fetch(birch, ref))
  await assertHolds(birch.store, ref)
})

test('fetchBlob() waits for a host that brings the blob later', async () => {
  const world = new BlobWorld(6)
  const [alder, birch, cedar] = [await world.host('alder'), await world.host('birch'), await world.host('cedar')]
  const ref = await putContent(alder.store, content)
  await world.connect(birch, cedar)
  const fetching = world.fetch(birch, ref)
  await world.clock.run(10_000)
  await world.connect(alder, birch)
  await world.clock.until(fetching)
  await assertHolds(birch.store, ref)
})

test('fetchBlob() is BLOB_MISSING, naming the file and how much of it, when nobody gives the rest', async () => {
  const world = new BlobWorld(7)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const ref = await putContent(alder.store, content)
  await assert.rejects(world.clock.until(world.fetch(birch, ref)), {
    code: 'BLOB_MISSING',
    message: `no reachable host has file ${ref.id.slice(0, 12)}`,
  })
  await world.connect(alder, birch)
  const fetching = world.fetch(birch, ref)
  await world.clock.untilTrue(() => alder.transport.sentBytes > 9 * mebibyte)
  alder.transport.crash()
  const pattern = new RegExp(`^no reachable host has \\d+ of 17 pieces of file ${ref.id.slice(0, 12)}$`)
  await assert.rejects(world.clock.until(fetching), { code: 'BLOB_MISSING', message: pattern })
})

test('fetchBlob() waits longer while this host reaches nobody by its own fault, and says so when that goes on', async () => {
  const world = new BlobWorld(7)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const ref = await putContent(alder.store, content)
  let outage: string | undefined = 'the network process has ended'
  Object.assign(birch.transport, { outage: () => outage })
  const fetching = world.fetch(birch, ref)
  fetching.catch(() => undefined)
  await world.clock.run(25_000)
  outage = undefined
  await world.clock.run(14_000)
  await world.connect(alder, birch)
  await world.clock.until(fetching)
  await assertHolds(birch.store, ref)
  const other = await putContent(alder.store, content.subarray(1))
  outage = 'the network process has ended twice'
  alder.transport.crash()
  await assert.rejects(world.clock.until(world.fetch(birch, other), 50_000), {
    code: 'BLOB_MISSING',
    message: `this host can't fetch file ${other.id.slice(0, 12)} from anybody: the network process has ended twice`,
    hint: 'run `isconf up` again when `isconf status` says that another network process runs',
  })
})

test('fetchBlob() after a crash fetches only what was not verified', async () => {
  const world = new BlobWorld(8)
  const alder = await world.host('alder')
  const ref = await putContent(alder.store, content)
  const birch = await world.host('birch')
  await world.connect(alder, birch)
  let here = 0
  const fetching = world.fetch(birch, ref, { onProgress: (count) => (here = count) })
  fetching.catch(() => undefined)
  await world.clock.untilTrue(() => here >= 9)
  const disk = birch.disk.crash('kept')
  birch.transport.crash()
  await world.clock.run(60_000)
  const again = await world.host('birch', { disk })
  await world.connect(alder, again)
  const sink = await again.store.sink(ref)
  const kept = Array.from({ length: sink.pieceCount }, (_, index) => index).filter((index) => sink.has(index)).length
  assert.ok(kept >= here && kept < sink.pieceCount, `${kept} pieces kept`)
  const sentBefore = alder.transport.sentBytes
  await world.clock.until(world.fetch(again, ref, { sink }))
  await assertHolds(again.store, ref)
  assert.ok(alder.transport.sentBytes - sentBefore <= (sink.pieceCount - kept) * pieceBytes + 4096)
})

test('one slow source does not hold the last pieces', async () => {
  const world = new BlobWorld(10)
  const [alder, birch, cedar] = [
    await world.host('alder', { serving: (store) => slowly(world.clock, store, 4_000) }),
    await world.host('birch'),
    await world.host('cedar'),
  ]
  const ref = await putContent(alder.store, content)
  await putContent(birch.store, content)
  await world.connect(alder, birch, cedar)
  await world.clock.until(world.fetch(cedar, ref), 8_000)
  await assertHolds(cedar.store, ref)
})

test('a source that sends, at a tenth of the speed of another, does not hold the last pieces, of which a few come twice', async () => {
  const world = new BlobWorld(10)
  const slow = (readMs: number) => ({ serving: (store: BlobStore) => slowly(world.clock, store, readMs) })
  const [alder, birch] = [await world.host('alder', slow(1_500)), await world.host('birch', slow(150))]
  const cedar = await world.host('cedar')
  const ref = await putContent(alder.store, content)
  await putContent(birch.store, content)
  await world.connect(alder, birch, cedar)
  // From alder alone its first two runs would take six seconds.
  await world.clock.until(world.fetch(cedar, ref), 4_500)
  await assertHolds(cedar.store, ref)
  const sent = alder.transport.sentBytes + birch.transport.sentBytes
  assert.ok(sent < content.length + 8 * pieceBytes, `${sent} bytes were sent`)
})

test('fetchBlob() fetches no piece of nothing but zeros: its hash says what it is', async () => {
  const world = new BlobWorld(12)
  const read: number[] = []
  const noting = (store: BlobStore): BlobSource => ({
    held: (id) => store.held(id),
    pieceHashes: (id) => store.pieceHashes(id),
    read: (id, position, length) => {
      read.push(position / pieceBytes)
      return store.read(id, position, length)
    },
  })
  const [alder, birch] = [await world.host('alder', { serving: noting }), await world.host('birch')]
  await world.connect(alder, birch)
  const holes = Buffer.alloc(8 * pieceBytes + 5)
  const mixed = Buffer.from(holes).fill('data', 3 * pieceBytes, 4 * pieceBytes)
  for (const [all, fetched] of [
    [holes, [8]],
    [mixed, [3, 8]],
    [holes.subarray(0, 4 * pieceBytes), []],
  ] as const) {
    const ref = await putContent(alder.store, all)
    read.length = 0
    await world.clock.until(world.fetch(birch, ref))
    await assertHolds(birch.store, ref)
    assert.deepEqual(read.sort(), fetched)
  }
})

test('a line of 300 ms that loses one message in twenty takes its time, and gives nobody up', async () => {
  const world = new BlobWorld(11)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const ref = await putContent(alder.store, content)
  await world.connect(alder, birch)
  world.network.setFaults({ latencyMsMin: 150, latencyMsMax: 170, resentRate: 0.05, resentMs: 600 })
  const bad: string[] = []
  await world.clock.until(world.fetch(birch, ref, { onBadPeer: (peer) => void bad.push(peer) }))
  await assertHolds(birch.store, ref)
  assert.deepEqual(bad, [])
  assert.ok(alder.transport.sentBytes < content.length * 1.05, `nothing is sent twice: ${alder.transport.sentBytes}`)
})

test('a receiver with a slow disk slows its source and costs no memory', async () => {
  const world = new BlobWorld(11)
  let readBytes = 0
  const counted = (store: BlobStore): BlobSource => ({
    held: (id) => store.held(id),
    pieceHashes: (id) => store.pieceHashes(id),
    read: (id, position, length) => {
      readBytes += length
      return store.read(id, position, length)
    },
  })
  const [alder, birch] = [await world.host('alder', { serving: counted }), await world.host('birch')]
  const ref = await putContent(alder.store, content)
  await world.connect(alder, birch)
  const inner = await birch.store.sink(ref)
  let kept = 0
  let aheadMax = 0
  const sink: BlobSink = {
    ref,
    pieceCount: inner.pieceCount,
    hashesKnown: () => inner.hashesKnown(),
    putHashes: (hashes) => inner.putHashes(hashes),
    has: (index) => inner.has(index),
    putPiece: async (index, bytes) => {
      await sleep(world.clock, 7_000)
      kept += bytes.length
      aheadMax = Math.max(aheadMax, readBytes - kept)
      return inner.putPiece(index, bytes)
    },
    finish: () => inner.finish(),
    close: () => inner.close(),
  }
  await world.clock.until(world.fetch(birch, ref, { sink }))
  await assertHolds(birch.store, ref)
  assert.ok(aheadMax <= 10 * mebibyte, `${aheadMax} bytes were under way`)
})

test('fetchBlob() passes on what the sink fails with, at once', async () => {
  const world = new BlobWorld(12)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const ref = await putContent(alder.store, content)
  await world.connect(alder, birch)
  const fetching = world.fetch(birch, ref, { onProgress: () => (birch.disk.full = true) })
  await assert.rejects(world.clock.until(fetching, 2_000), { code: 'DISK_FULL' })
})

test('fetchBlob() ends with the reason of its signal', async () => {
  const world = new BlobWorld(13)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const ref = await putContent(alder.store, content)
  await world.connect(alder, birch)
  const abort = new AbortController()
  const onProgress = (): void => abort.abort(new Error('enough'))
  const fetching = world.fetch(birch, ref, { signal: abort.signal, onProgress })
  await assert.rejects(world.clock.until(fetching, 2_000), /enough/)
  await world.clock.until(world.fetch(birch, ref))
  await assertHolds(birch.store, ref)
})
