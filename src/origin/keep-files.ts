/**
 * Puts the bytes of many files into the store. Small ones are written together, because a disk then takes their syncs
 * together.
 */
import { type BlobRef, inLanes, pieceBytes } from '../base/index.ts'
import type { FileEntry } from '../machine/index.ts'
import type { BlobStore } from '../store/index.ts'

/** How many small files are kept together. That many of their bytes are in memory at once, and one file more. */
const filesMax = 256
const bytesMax = 16 * 1024 * 1024
/** How many small files are read at once. */
const readAtOnceMax = 8

/** Keeps the files. Returns the blob of each. The failures of reading and of the store. */
export async function keepFiles(
  store: BlobStore,
  files: readonly FileEntry[],
  read: (file: FileEntry) => AsyncIterable<Uint8Array>,
): Promise<ReadonlyMap<FileEntry, BlobRef>> {
  const blobs = new Map<FileEntry, BlobRef>()
  for (const batch of batchesOf(files)) {
    const [first] = batch
    if (first && first.sizeBytes > pieceBytes) {
      blobs.set(first, await store.put(read(first)))
      continue
    }
    const contents: Uint8Array[] = []
    await inLanes(batch, readAtOnceMax, async (file, index) => {
      contents[index] = await bytesOf(read(file))
    })
    const refs = await store.putSmall(contents)
    for (const [index, ref] of refs.entries()) {
      const file = batch[index]
      if (file) blobs.set(file, ref)
    }
  }
  return blobs
}

/** Small files in their order, many at a time, and each large one alone. */
function* batchesOf(files: readonly FileEntry[]): Generator<readonly FileEntry[]> {
  let batch: FileEntry[] = []
  let bytes = 0
  for (const file of files) {
    if (file.sizeBytes > pieceBytes) {
      yield [file]
      continue
    }
    batch.push(file)
    bytes += file.sizeBytes
    if (batch.length < filesMax && bytes < bytesMax) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of chunks) parts.push(part)
  return parts.length === 1 ? (parts[0] ?? new Uint8Array()) : Buffer.concat(parts)
}
