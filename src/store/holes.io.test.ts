import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../test/support/files.ts'
import { systemDisk } from '../base/disk.io.ts'
import { threadPoolHasher } from '../base/hash.io.ts'
import { type BlobRef, pieceBytes } from '../base/index.ts'
import { systemRandom } from '../base/random.io.ts'
import type { BlobStore } from './blob-store.ts'
import { openStore } from './open-store.ts'
import { inlineWholeHasher } from './whole-hash.ts'

const holeCount = 6
// Holes before, between and behind what there is, and in the pieces that have some; the last piece is short.
const content = Buffer.alloc(holeCount * pieceBytes + 5)
content.fill(1, 2 * pieceBytes, 2 * pieceBytes + 10)
content.fill(2, 3 * pieceBytes + 70_000, 3 * pieceBytes + 140_000)
content.fill(3, 4 * pieceBytes - 1, 4 * pieceBytes + 1)

const storeIn = (directory: string): Promise<BlobStore> =>
  openStore({
    disk: systemDisk,
    directory,
    hasher: threadPoolHasher,
    wholeHasher: inlineWholeHasher,
    random: systemRandom,
  })

async function* chunks(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 300_000) yield content.subarray(at, at + 300_000)
}

function assertSparse(directory: string, { id, sizeBytes }: BlobRef): void {
  const { size, blocks } = statSync(join(directory, id.slice(0, 2), id))
  assert.equal(size, sizeBytes)
  // The blocks that are no holes, and what a file system adds.
  assert.ok(blocks * 512 < pieceBytes / 2, `${blocks * 512} of ${size} bytes are on the disk`)
}

test('what is nothing but zeros takes no place in the store, made here or arrived', async (t) => {
  const directory = temporaryDirectory(t)
  const [here, there] = [join(directory, 'here'), join(directory, 'there')]
  const origin = await storeIn(here)
  const ref = await origin.put(chunks())
  assertSparse(here, ref)

  const sink = await (await storeIn(there)).sink(ref)
  await sink.putHashes((await origin.pieceHashes(ref.id)) ?? new Uint8Array())
  for (let index = 0; index < sink.pieceCount; index += 1) {
    assert.ok(await sink.putPiece(index, await origin.readPiece(ref, index)))
  }
  await sink.finish()
  await sink.close()
  assertSparse(there, ref)
  const arrived = await storeIn(there)
  for (let index = 0; index < sink.pieceCount; index += 1) {
    const piece = content.subarray(index * pieceBytes, (index + 1) * pieceBytes)
    assert.ok(piece.equals(await arrived.readPiece(ref, index)), `piece ${index}`)
  }
})

test('a hole that a try after another gets takes the place of what was left there', async (t) => {
  const directory = join(temporaryDirectory(t), 'store')
  const origin = await storeIn(join(directory, '../origin'))
  const ref = await origin.put(chunks())
  const store = await storeIn(directory)
  await (await store.sink(ref)).close()
  // A crash in the middle of a write may leave anything in a piece that was not recorded.
  const file = await systemDisk.open(join(directory, 'partial', ref.id), 'write')
  await file.write(0, Buffer.alloc(100, 7))
  await file.close()
  const sink = await store.sink(ref)
  await sink.putHashes((await origin.pieceHashes(ref.id)) ?? new Uint8Array())
  for (let index = 0; index < sink.pieceCount; index += 1)
    await sink.putPiece(index, await origin.readPiece(ref, index))
  await sink.finish()
  await sink.close()
  assert.ok(content.subarray(0, pieceBytes).equals(await store.readPiece(ref, 0)))
})
