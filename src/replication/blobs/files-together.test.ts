import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertHolds,
  type BlobHost,
  BlobWorld,
  blobContent,
  onLinks,
  putContent,
} from '../../../test/sim/blob-world.ts'
import { type BlobRef, type BlobSource, pieceBytes, silentLog, sleep } from '../../base/index.ts'
import type { BlobStore } from '../../store/index.ts'
import { encodeAnswerHead } from '../../transfer/blob-protocol.ts'
import { filesOfOneQuestion, filesProtocol } from '../../transfer/index.ts'
import { fetchTogether } from './files-together.ts'
import type { Holder } from './holders.ts'

const never = new AbortController().signal

/** What a host asks with; `elsewhere` are those that have a file and are no neighbours. */
function depsOf(world: BlobWorld, host: BlobHost, ...elsewhere: readonly BlobHost[]) {
  const sought: BlobRef[] = []
  const findHolders = async (ref: BlobRef): Promise<readonly Holder[]> => {
    sought.push(ref)
    return elsewhere.map(({ transport }) => ({ peer: transport.self, addresses: [transport.address] }))
  }
  return { ...host, clock: world.clock, log: silentLog, sought, findHolders }
}

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
  await world.clock.until(fetchTogether(depsOf(world, birch), refs, never))
  for (const ref of refs) await assertHolds(birch.store, ref)
  assert.ok(birch.disk.syncs - syncsBefore < refs.length, `${birch.disk.syncs - syncsBefore} syncs`)
})

test('on the link small files come a few at a time, and what is larger is left to be asked for by itself', async () => {
  const world = new BlobWorld(6)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const small = await putSome(alder, 60)
  const larger = await putContent(alder.store, blobContent(70_000))
  await world.connect(alder, birch)
  onLinks(birch)
  const before = alder.transport.streamCount
  await world.clock.until(
    fetchTogether(depsOf(world, birch), [...small.slice(0, 50), larger, ...small.slice(50)], never),
  )
  for (const ref of small) await assertHolds(birch.store, ref)
  assert.equal(birch.store.has(larger.id), false)
  // 172 KB of them.
  assert.equal(alder.transport.streamCount - before, 3)
})

test('what one peer has not, or sends wrong, another is asked for; what is right is kept', async () => {
  const world = new BlobWorld(2)
  const wrong = changing((_id, bytes) => (bytes.length > 50 * 97 ? bytes.map((byte) => byte ^ 1) : bytes))
  const alder = await world.host('alder', { serving: wrong })
  const [birch, cedar] = [await world.host('birch'), await world.host('cedar')]
  const refs = await putSome(alder, 100)
  for (const index of refs.keys()) if (index >= 40) await putContent(birch.store, blobContent(index * 97, index + 1))
  await world.connect(alder, birch, cedar)
  await world.clock.until(fetchTogether(depsOf(world, cedar), refs, never))
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
  await world.clock.until(fetchTogether(depsOf(world, birch), refs, never), 10_000)
  assert.deepEqual(birch.store.ids(), [])
})

test('small files come together however slow the line is', async () => {
  const world = new BlobWorld(5)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const contents = [1, 2, 3].map((seed) => blobContent(pieceBytes - seed, seed))
  const refs = await Promise.all(contents.map((content) => putContent(alder.store, content)))
  let asked = 0
  alder.transport.handle(filesProtocol, async (stream) => {
    asked += 1
    for (const content of contents) {
      await stream.write(encodeAnswerHead({ length: content.length, isPacked: false }))
      for (let sent = 0; sent < content.length; sent += 50_000) {
        await stream.write(content.subarray(sent, sent + 50_000))
        await sleep(world.clock, 500)
      }
    }
  })
  await world.connect(alder, birch)
  await world.clock.until(fetchTogether(depsOf(world, birch), refs, never))
  for (const ref of refs) await assertHolds(birch.store, ref)
  assert.equal(asked, 1)
})

test('what no neighbour has comes together from a host that is none; it is looked for once, and not for a few', async () => {
  const world = new BlobWorld(4)
  const wrong = changing((_id, bytes) => bytes.map((byte) => byte ^ 1))
  const [alder, birch, cedar, liar] = [
    await world.host('alder'),
    await world.host('birch'),
    await world.host('cedar'),
    await world.host('liar', { serving: wrong }),
  ]
  const refs = await putSome(alder, 60)
  await putSome(liar, 60)
  await world.connect(birch, cedar)
  const deps = depsOf(world, cedar, liar, alder)
  const before = alder.transport.streamCount
  await world.clock.until(fetchTogether(deps, refs, never))
  for (const ref of refs) await assertHolds(cedar.store, ref)
  assert.equal(deps.sought.length, 1)
  assert.equal(alder.transport.streamCount - before, 1, 'one answer has them all')
  assert.deepEqual(
    cedar.transport.peers().map(({ id }) => id),
    ['birch'],
  )
  const few = await putSome(alder, 70)
  await world.clock.until(fetchTogether(deps, few, never))
  assert.deepEqual([deps.sought.length, few.filter(({ id }) => cedar.store.has(id)).length], [1, 60])
})

test('one question asks for small files only, and for no more than fit', () => {
  const ref = (sizeBytes: number): BlobRef => ({ id: '', pieces: '', sizeBytes })
  assert.equal(filesOfOneQuestion([ref(pieceBytes + 1), ref(0)]).length, 1)
  assert.equal(filesOfOneQuestion(Array.from({ length: 10 }, () => ref(pieceBytes))).length, 4)
  assert.equal(filesOfOneQuestion(Array.from({ length: 1_000 }, () => ref(1))).length, 256)
})
