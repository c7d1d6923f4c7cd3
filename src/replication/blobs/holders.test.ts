import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertHolds, type BlobHost, BlobWorld, blobContent, putContent } from '../../../test/sim/blob-world.ts'
import { type BlobRef, pieceBytes, sleep } from '../../base/index.ts'
import { answer, type PeerId, StreamReader } from '../../mesh/index.ts'
import {
  type BlobRequest,
  blobProtocol,
  blobRequestBytes,
  decodeRequest,
  encodeAnswerHead,
} from '../../transfer/blob-protocol.ts'
import { findHolders, type Holder, serveHolders } from './holders.ts'

const content = blobContent(6 * pieceBytes + 5)

/** Hosts of which each is connected to the next one only, and all serve files. */
async function inLine(seed: number, ...names: readonly string[]) {
  const world = new BlobWorld(seed)
  const hosts = await Promise.all(names.map((name) => world.host(name)))
  for (const [index, host] of hosts.entries()) {
    serveHolders(host.transport, world.clock)
    const next = hosts[index + 1]
    if (next) await world.connect(host, next)
  }
  const find = (host: BlobHost, ref: BlobRef, recorded: readonly string[] = []): Promise<readonly Holder[]> => {
    const addressesOf = (peer: PeerId): readonly string[] => [`sim:${peer}`]
    const { transport, random } = host
    const known = { of: () => recorded as readonly PeerId[], addressesOf }
    return findHolders({ transport, clock: world.clock, random, recorded: known }, ref)
  }
  const fetch = (host: BlobHost, ref: BlobRef, recorded: readonly string[] = []): Promise<void> =>
    world.fetch(host, ref, { findHolders: () => find(host, ref, recorded) })
  return { world, hosts: hosts as [BlobHost, BlobHost, BlobHost, BlobHost], find, fetch }
}

test('a file comes from a host that only a neighbour knows, which is dialed for it and let go', async () => {
  const { world, hosts, find, fetch } = await inLine(1, 'alder', 'birch', 'cedar')
  const [alder, , cedar] = hosts
  const ref = await putContent(alder.store, content)
  assert.deepEqual(await world.clock.until(find(cedar, ref)), [
    // Over birch where it can't be dialed.
    { peer: 'alder', addresses: ['sim:alder', '/p2p/birch/p2p-circuit/p2p/alder'] },
  ])
  await world.clock.until(fetch(cedar, ref))
  await assertHolds(cedar.store, ref)
  assert.deepEqual(
    cedar.transport.peers().map(({ id }) => id),
    ['birch'],
  )
  assert.deepEqual(await world.clock.until(find(hosts[1], ref)), [], 'neighbours themselves are asked anyway')
})

test('a neighbour that tells of hosts that it has invented crowds out nobody', async () => {
  const { world, hosts, find } = await inLine(5, 'alder', 'birch', 'cedar', 'dogwood')
  const [alder, , cedar] = hosts
  const ref = await putContent(alder.store, content)
  const invented = Array.from({ length: 8 }, (_, index) => `invented-${index}`)
  const limits = { requestBytesMax: 1024, concurrentPerPeerMax: 4 }
  const liar = await world.host('liar')
  answer(liar.transport, '/isconf/holders/1', limits, async () => ({ holders: invented }))
  await world.connect(cedar, liar)
  const found = await world.clock.until(find(cedar, ref, ['cedar', 'birch', 'elder']))
  const first = found.slice(0, 4).map(({ peer }) => peer)
  assert.deepEqual(first.filter((peer) => !invented.includes(peer)).sort(), ['alder', 'elder'])
  assert.equal(found.length, 10, 'neighbours are not among them')
})

test('a file comes from a host that should have it by its record, and one that is gone is left for another', async () => {
  const { world, hosts, fetch } = await inLine(2, 'alder', 'birch', 'cedar', 'dogwood')
  const [alder, birch, , dogwood] = hosts
  const ref = await putContent(alder.store, content)
  await putContent(birch.store, content)
  world.network.cut('alder', 'dogwood')
  // What is two steps away no neighbour knows of.
  world.network.cut('birch', 'cedar')
  await world.clock.until(fetch(dogwood, ref, ['alder', 'gone', 'birch']))
  await assertHolds(dogwood.store, ref)
})

test('a host that has had some of a file and is cut off is left for another', async () => {
  const { world, hosts, fetch } = await inLine(3, 'alder', 'birch', 'cedar', 'dogwood')
  const [alder, birch, cedar, dogwood] = hosts
  const large = blobContent(40 * pieceBytes)
  const ref = await putContent(alder.store, large)
  await putContent(dogwood.store, large)
  await world.clock.until(world.network.find('dogwood')!.dial('sim:birch'))
  world.network.cut('cedar', 'dogwood')
  const fetching = fetch(cedar, ref, ['alder'])
  await world.clock.untilTrue(() => alder.transport.sentBytes > pieceBytes)
  world.network.cut('alder', 'cedar')
  world.network.heal('cedar', 'dogwood')
  await world.clock.until(fetching)
  await assertHolds(cedar.store, ref)
  assert.equal(birch.store.has(ref.id), false)
})

/** The neighbour of the host that fetches, and that alone, has the file, of which it sends so much twice a second. */
async function besideOneThatSends(seed: number, portionBytes: number) {
  const { world, hosts, fetch } = await inLine(seed, 'alder', 'birch', 'cedar')
  const [alder, birch, cedar] = hosts
  const ref = await putContent(alder.store, content)
  const headOf = (length: number): Uint8Array => encodeAnswerHead({ length, isPacked: false })
  birch.transport.handle(blobProtocol, async (stream) => {
    const reader = new StreamReader(stream.incoming)
    const answerSlowly = async ({ position, length }: BlobRequest): Promise<void> => {
      for (let at = position; at < position + length; at += pieceBytes) {
        const piece = await alder.store.read(ref.id, at, Math.min(pieceBytes, position + length - at))
        await stream.write(headOf(piece.length))
        for (let sent = 0; sent < piece.length; sent += portionBytes) {
          await stream.write(piece.subarray(sent, sent + portionBytes))
          await sleep(world.clock, 500)
        }
      }
    }
    for (;;) {
      const request = decodeRequest(await reader.exactly(blobRequestBytes))
      const hashes = (await alder.store.pieceHashes(ref.id)) ?? new Uint8Array()
      if (request?.kind === 'held') await stream.write(headOf(0))
      else if (request?.kind === 'range') await answerSlowly(request)
      else await stream.write(Buffer.concat([headOf(hashes.length), hashes]))
    }
  })
  return { world, cedar, ref, fetch }
}

test('a neighbour that sends a byte now and then keeps no other holder from being looked for', async () => {
  const { world, cedar, ref, fetch } = await besideOneThatSends(6, 1)
  await world.clock.until(fetch(cedar, ref, ['alder']), 60_000)
  await assertHolds(cedar.store, ref)
})

test('a file of which everybody sends a byte now and then is BLOB_MISSING', async () => {
  const { world, cedar, ref } = await besideOneThatSends(7, 1)
  await assert.rejects(world.clock.until(world.fetch(cedar, ref), 60_000), { code: 'BLOB_MISSING' })
})

test('a holder that is slow is not given up while its bytes come', async () => {
  const { world, cedar, ref } = await besideOneThatSends(8, 4_000)
  await world.clock.until(world.fetch(cedar, ref))
  await assertHolds(cedar.store, ref)
})

test('a file that nobody has who can be reached is BLOB_MISSING', async () => {
  const { world, hosts, fetch } = await inLine(4, 'alder', 'birch', 'cedar')
  const [alder, , cedar] = hosts
  const ref = await putContent(alder.store, content)
  world.network.cut('alder', 'cedar')
  await assert.rejects(world.clock.until(fetch(cedar, ref, ['gone'])), {
    code: 'BLOB_MISSING',
    message: /^no reachable host has file/,
  })
})
