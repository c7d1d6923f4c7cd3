/** A store on a simulated disk, and contents for it. */
import assert from 'node:assert/strict'
import { type BlobRef, type Disk, inlineHasher, pieceBytes, type Random } from '../../src/base/index.ts'
import { type BlobStore, inlineWholeHasher, openStore } from '../../src/store/index.ts'
import { SimDisk } from './disk.ts'
import { seededRandom } from './random.ts'

export const directory = '/is/store'

export function storeOn(disk: Disk, random: Random = seededRandom(1)): Promise<BlobStore> {
  return openStore({ disk, directory, hasher: inlineHasher, wholeHasher: inlineWholeHasher, random })
}

export function contentOf(sizeBytes: number, seed = 7): Uint8Array {
  const content = new Uint8Array(sizeBytes)
  let state = seed
  for (let index = 0; index < sizeBytes; index++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    content[index] = state >>> 16
  }
  return content
}

export async function* inChunks(content: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < content.length; position += chunkBytes)
    yield content.subarray(position, position + chunkBytes)
}

export async function whole(store: BlobStore, id: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of store.readWhole(id)) parts.push(part)
  return new Uint8Array(Buffer.concat(parts))
}

export function pieceOf(content: Uint8Array, index: number): Uint8Array {
  return content.slice(index * pieceBytes, (index + 1) * pieceBytes)
}

/** The reference and piece list of a content, made by a store of its own. */
export async function described(content: Uint8Array): Promise<{ ref: BlobRef; hashes: Uint8Array }> {
  const store = await storeOn(new SimDisk(seededRandom(1)))
  const ref = await store.put(inChunks(content, 100_000))
  return { ref, hashes: (await store.pieceHashes(ref.id)) ?? assert.fail('no piece list') }
}
