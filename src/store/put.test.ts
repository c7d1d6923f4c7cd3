import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimDisk } from '../../test/sim/disk.ts'
import { seededRandom } from '../../test/sim/random.ts'
import { contentOf, directory, inChunks, whole } from '../../test/sim/store.ts'
import { inlineHasher, pieceBytes, sha256Hex } from '../base/index.ts'
import { openStore } from './open-store.ts'
import { inlineWholeHasher } from './whole-hash.ts'

test('put() uses the memory of a piece again when the piece is kept, and the first is in memory of one thread', async () => {
  const memories: ArrayBufferLike[] = []
  const sha256 = (bytes: Uint8Array): Promise<Uint8Array> => {
    memories.push(bytes.buffer)
    return inlineHasher.sha256(bytes)
  }
  const random = seededRandom(1)
  const parts = { disk: new SimDisk(random), directory, random, wholeHasher: inlineWholeHasher }
  const store = await openStore({ ...parts, hasher: { sha256 } })
  const content = contentOf(12 * pieceBytes + 5)
  const { id } = await store.put(inChunks(content, 700_000))
  assert.equal(id, sha256Hex(content))
  assert.equal(Buffer.compare(await whole(store, id), content), 0)
  assert.equal(memories.length, 13)
  assert.equal(
    memories.findIndex((memory) => memory instanceof SharedArrayBuffer),
    1,
  )
  assert.ok(new Set(memories).size <= 5, `${new Set(memories).size} memories for 13 pieces`)
})
