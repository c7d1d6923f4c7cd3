import assert from 'node:assert/strict'
import { test } from 'node:test'
import { domain, following } from '../../../test/cluster/changesets.ts'
import { assertHolds, type BlobHost, BlobWorld, blobContent, putContent } from '../../../test/sim/blob-world.ts'
import { type BlobRef, pieceBytes, silentLog } from '../../base/index.ts'
import { Branches } from '../../branch/index.ts'
import type { Operation, SignedChangeset } from '../../journal/index.ts'
import type { BlobStore } from '../../store/index.ts'
import { BlobReplicator } from './blob-replicator.ts'

const owner = { uid: 0, gid: 0, user: 'root', group: 'root' }

function snapping(refs: readonly BlobRef[]): SignedChangeset {
  const operations = refs.map((blob, index): Operation => {
    return { type: 'snap', kind: 'file', path: `/f${index}`, mode: 0o644, owner, mtimeMs: 0, parents: [], blob }
  })
  return following(undefined, { operations })
}

async function replicatorOf(world: BlobWorld, host: BlobHost, store: BlobStore = host.store): Promise<BlobReplicator> {
  await host.disk.makeDirectory('/is/branches')
  const branches = await Branches.open({ disk: host.disk, clock: world.clock, domain }, '/is/branches')
  const replicator = new BlobReplicator({
    ...host,
    store,
    branches,
    clock: world.clock,
    log: silentLog,
    hosts: () => [],
    addressesOf: () => [],
  })
  replicator.start()
  return replicator
}

async function putSome(host: BlobHost, count: number, sizeBytes = 300_000): Promise<readonly BlobRef[]> {
  const refs: BlobRef[] = []
  for (let index = 0; index < count; index += 1)
    refs.push(await putContent(host.store, blobContent(sizeBytes, index + 1)))
  return refs
}

/** Counts the sinks that are open at once. */
function counting(store: BlobStore): { readonly store: BlobStore; most: number } {
  const counted = { most: 0, store }
  let open = 0
  const sink = async (ref: BlobRef): ReturnType<BlobStore['sink']> => {
    open += 1
    counted.most = Math.max(counted.most, open)
    const made = await store.sink(ref)
    const close = made.close.bind(made)
    made.close = async () => {
      open -= 1
      await close()
    }
    return made
  }
  counted.store = new Proxy(store, {
    get: (target, name) => {
      if (name === 'sink') return sink
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return counted
}

for (const { what, sizeBytes, atLeast, atMost } of [
  { what: 'large ones two at a time', sizeBytes: 3 * pieceBytes, atLeast: 2, atMost: 2 },
  { what: 'small ones up to eight at a time', sizeBytes: 100, atLeast: 3, atMost: 8 },
]) {
  test(`BlobKeeper fetches all that changesets name, ${what}`, async () => {
    const world = new BlobWorld(1)
    const [alder, birch] = [await world.host('alder'), await world.host('birch')]
    const refs = await putSome(alder, 12, sizeBytes)
    await world.connect(alder, birch)
    const counted = counting(birch.store)
    const replicator = await replicatorOf(world, birch, counted.store)
    await replicator.want([snapping(refs)])
    await world.clock.run(60_000)
    for (const ref of refs) await assertHolds(birch.store, ref)
    assert.ok(counted.most >= atLeast && counted.most <= atMost, `${counted.most} at once`)
    replicator.stop()
  })
}

test('BlobKeeper fetches what is waited for four at a time, and all of it', async () => {
  const world = new BlobWorld(1)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const refs = await putSome(alder, 16, 100)
  await world.connect(alder, birch)
  const counted = counting(birch.store)
  const replicator = await replicatorOf(world, birch, counted.store)
  const fetched = Promise.all(refs.map((ref) => replicator.fetch(ref, new AbortController().signal)))
  await world.clock.run(120_000)
  await fetched
  for (const ref of refs) await assertHolds(birch.store, ref)
  assert.equal(counted.most, 4)
  replicator.stop()
})

test('BlobKeeper holds what its neighbours need, so that they get it from here when the origin has gone', async () => {
  const world = new BlobWorld(2)
  const [alder, birch, cedar] = [await world.host('alder'), await world.host('birch'), await world.host('cedar')]
  const refs = await putSome(alder, 3)
  await world.connect(alder, birch)
  await world.connect(birch, cedar)
  const keepers = [await replicatorOf(world, birch), await replicatorOf(world, cedar)]
  await keepers[0]?.want([snapping(refs)])
  await world.clock.run(30_000)
  world.network.cut('alder', 'birch')
  await keepers[1]?.want([snapping(refs)])
  await world.clock.run(60_000)
  for (const ref of refs) await assertHolds(cedar.store, ref)
  for (const replicator of keepers) replicator.stop()
})

test('BlobKeeper that nobody answers tries again later, and waits for nothing in between', async () => {
  const world = new BlobWorld(3)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const refs = await putSome(alder, 1)
  const replicator = await replicatorOf(world, birch)
  await replicator.want([snapping(refs)])
  await world.clock.run(60_000)
  assert.equal(await birch.store.has(refs[0]?.id ?? ''), false)
  await world.connect(alder, birch)
  await world.clock.run(60_000)
  for (const ref of refs) await assertHolds(birch.store, ref)
  replicator.stop()
})
