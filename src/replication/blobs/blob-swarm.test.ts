import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertHolds, BlobWorld, blobContent, putContent, slowly } from '../../../test/sim/blob-world.ts'
import { pieceBytes } from '../../base/index.ts'

const mebibyte = 1024 * 1024
const content = blobContent(16 * pieceBytes + 77)

for (const seed of [1, 2]) {
  test(`three hosts that fetch at once serve each other: the origin sends little more than the blob (seed ${seed})`, async () => {
    const world = new BlobWorld(seed)
    const large = blobContent(64 * pieceBytes)
    const hosts = await Promise.all(['alder', 'birch', 'cedar', 'dogwood'].map((name) => world.host(name)))
    const [origin, ...receivers] = hosts
    assert.ok(origin)
    const ref = await putContent(origin.store, large)
    await world.connect(...hosts)
    const before = origin.transport.sentBytes
    await world.clock.until(Promise.all(receivers.map((host) => world.fetch(host, ref))))
    for (const { store } of receivers) await assertHolds(store, ref)
    const ratio = (origin.transport.sentBytes - before) / large.length
    assert.ok(ratio < 1.3, `the origin sent ${ratio.toFixed(2)} times the blob`)
  })
}

test('a host that is still fetching serves one that cannot reach the origin', async () => {
  const world = new BlobWorld(9)
  const [alder, birch, cedar] = [
    await world.host('alder', { serving: (store) => slowly(world.clock, store, 300) }),
    await world.host('birch'),
    await world.host('cedar'),
  ]
  const ref = await putContent(alder.store, content)
  await world.connect(alder, birch)
  await world.connect(birch, cedar)
  const first = world.fetch(birch, ref)
  const second = world.fetch(cedar, ref)
  await world.clock.untilTrue(() => birch.transport.sentBytes > 2 * mebibyte)
  assert.equal(birch.store.has(ref.id), false)
  await world.clock.until(Promise.all([first, second]))
  await assertHolds(cedar.store, ref)
})
