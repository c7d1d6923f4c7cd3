import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertHolds, BlobWorld, blobContent, putContent } from '../../test/sim/blob-world.ts'
import { pieceBytes, sleep } from '../base/index.ts'
import { StreamReader } from '../mesh/frames.ts'
import type { PeerId, PeerStream } from '../mesh/transport.ts'
import { blobAnswerHeadBytes, blobProtocol, decodeAnswerHead, encodeRequest } from './blob-protocol.ts'
import { blobLimits } from './blob-serve.ts'
import { Slots } from './blob-slots.ts'

const content = blobContent(2 * pieceBytes + 5)

async function served() {
  const world = new BlobWorld(1)
  const [alder, birch] = [await world.host('alder'), await world.host('birch')]
  const ref = await putContent(alder.store, content)
  await world.connect(alder, birch)
  const open = (): Promise<PeerStream> => world.clock.until(birch.transport.openStream('alder' as PeerId, blobProtocol))
  return { world, alder, birch, ref, open }
}

test('serveBlobs() answers several requests on one stream, and says what is not here', async () => {
  const { world, ref, open } = await served()
  const stream = await open()
  const reader = new StreamReader(stream.incoming)
  const ask = async (id: string, position: number, length: number): Promise<Uint8Array | undefined> => {
    await stream.write(encodeRequest({ kind: 'range', id, position, length }))
    const parts: Uint8Array[] = []
    for (let asked = 0; asked === 0 || asked < length; asked += pieceBytes) {
      const there = decodeAnswerHead(await reader.exactly(blobAnswerHeadBytes))
      if (there === undefined) return undefined
      assert.equal(there.isPacked, false)
      parts.push(await reader.exactly(there.length))
    }
    return Uint8Array.from(Buffer.concat(parts))
  }
  assert.deepEqual(await world.clock.until(ask(ref.id, 5, 10)), content.slice(5, 15))
  assert.equal(await world.clock.until(ask('ab'.repeat(32), 0, 10)), undefined)
  assert.equal(await world.clock.until(ask(ref.id, 2 * pieceBytes, 6)), undefined)
  assert.equal(await world.clock.until(ask(ref.id, 0, 0)), undefined)
  assert.deepEqual(await world.clock.until(ask(ref.id, pieceBytes, pieceBytes + 5)), content.slice(pieceBytes))
})

test('serveBlobs() ends a stream with a request that is none, or one for too much', async () => {
  const { world, ref, open } = await served()
  const tooMuch = encodeRequest({ kind: 'range', id: ref.id, position: 0, length: 4 * pieceBytes + 1 })
  for (const request of [new Uint8Array(45).fill(9), tooMuch]) {
    const stream = await open()
    await stream.write(request)
    await assert.rejects(world.clock.until(new StreamReader(stream.incoming).exactly(1)), /aborted/)
  }
})

test('serveBlobs() refuses more streams of one peer than it may have, until it closes some', async () => {
  const { world, open } = await served()
  const streams: PeerStream[] = []
  for (let count = 0; count < blobLimits.streamsPerPeerMax; count++) streams.push(await open())
  const refused = await open()
  await assert.rejects(world.clock.until(new StreamReader(refused.incoming).exactly(1)), /aborted/)
  await streams[0]?.closeWrite()
  await world.clock.run(1_000)
  const stream = await open()
  await stream.write(encodeRequest({ kind: 'held', id: 'ab'.repeat(32), position: 0, length: 0 }))
  const head = await world.clock.until(new StreamReader(stream.incoming).exactly(blobAnswerHeadBytes))
  assert.equal(decodeAnswerHead(head), undefined)
})

test('a peer that asks and does not read is given up and holds nobody else up', async () => {
  const { world, alder, ref, open } = await served()
  const idle: PeerStream[] = []
  for (let count = 0; count < 10; count++) {
    const stream = await open()
    await stream.write(encodeRequest({ kind: 'range', id: ref.id, position: 0, length: 2 * pieceBytes }))
    idle.push(stream)
  }
  const cedar = await world.host('cedar')
  await world.connect(alder, cedar)
  await world.clock.until(world.fetch(cedar, ref), 4_000)
  await assertHolds(cedar.store, ref)
  await world.clock.run(70_000)
  const ended = new StreamReader(idle[0]?.incoming ?? assert.fail()).exactly(2 * pieceBytes)
  await assert.rejects(world.clock.until(ended), /aborted/)
})

test('a peer that is slow is not given up while it takes anything, unless others wait for its turn', async () => {
  const { world, alder, ref, open } = await served()
  const stream = await open()
  await stream.write(encodeRequest({ kind: 'range', id: ref.id, position: 0, length: 2 * pieceBytes }))
  const reader = new StreamReader(stream.incoming)
  let readBytes = 0
  // As two of four ranges over 64 kbit/s.
  const readSlowly = async (): Promise<void> => {
    for (;;) {
      readBytes += (await reader.some(1024))?.length ?? assert.fail()
      await sleep(world.clock, 500)
    }
  }
  const reading = readSlowly()
  reading.catch(() => undefined)
  await world.clock.run(400_000)
  assert.ok(readBytes > pieceBytes / 2)
  // Others take all that there is.
  for (let count = 0; count < blobLimits.rangesMax / blobLimits.rangesPerPeerMax; count++) {
    const other = await world.host(`other${count}`)
    await world.connect(alder, other)
    for (let range = 0; range < blobLimits.rangesPerPeerMax; range++) {
      const idle = await world.clock.until(other.transport.openStream('alder' as PeerId, blobProtocol))
      await idle.write(encodeRequest({ kind: 'range', id: ref.id, position: 0, length: 2 * pieceBytes }))
    }
  }
  await assert.rejects(world.clock.until(reading, 100_000), /aborted/)
})

test('Slots.run() starts in order, bounded in all and for each asker', async () => {
  const slots = new Slots<string>(3, 2)
  const started: string[] = []
  const ends: (() => void)[] = []
  const begin = (asker: string, name: string): Promise<void> =>
    slots.run(asker, () => {
      started.push(name)
      return new Promise((resolve) => ends.push(resolve))
    })
  const all = [begin('a', 'a1'), begin('a', 'a2'), begin('a', 'a3'), begin('b', 'b1'), begin('b', 'b2')]
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  await settle()
  assert.deepEqual(started, ['a1', 'a2', 'b1'])
  ends[2]?.()
  await settle()
  assert.deepEqual(started, ['a1', 'a2', 'b1', 'b2'])
  ends[0]?.()
  await settle()
  assert.deepEqual(started, ['a1', 'a2', 'b1', 'b2', 'a3'])
  for (const end of ends) end()
  await Promise.all(all)
})
