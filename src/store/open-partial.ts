/** Taking up a blob on its way in where an earlier try has left it: what is on the disk of it is checked. */
import { type BlobRef, type BlobSink, type DiskFile, pieceBytes } from '../base/index.ts'
import { type PartialParts, PartialSink } from './partial.ts'
import { loadHashes } from './partial-files.ts'
import { isPiece, type Partial } from './partial-state.ts'
import { pieceLength } from './pieces.ts'

/** Opens what is on the disk of a partial blob, checks it, and takes it up again. */
export async function openPartialSink(
  parts: PartialParts,
  partial: Partial,
  onEnd: (finished: boolean) => void,
): Promise<BlobSink> {
  const { disk, layout } = parts
  const { ref } = partial
  const found = await loadHashes(parts, ref)
  partial.hashes = found
  partial.verified.fill(0)
  const file = await disk.open(layout.partial(ref.id), 'write')
  let have: DiskFile | undefined
  try {
    have = await disk.open(layout.partialHave(ref.id), 'write')
    if (found !== undefined) await recheck(parts, partial, file, have)
    // Nothing but holes at first: zeros then need no writing. An earlier try may have left something in its place.
    const isFresh = (await file.size()) === 0
    if (isFresh) await file.truncate(ref.sizeBytes)
    return new PartialSink(parts, partial, { file, have, isFresh }, onEnd)
  } catch (error) {
    await Promise.allSettled([file.close(), have?.close()])
    throw error
  }
}

async function recheck(parts: PartialParts, partial: Partial, file: DiskFile, have: DiskFile): Promise<void> {
  const memory = Buffer.allocUnsafeSlow(pieceBytes)
  const recorded = await have.read(0, partial.verified.length)
  for (const [index, mark] of recorded.entries()) {
    if (mark !== 1) continue
    const bytes = await readPiece(partial.ref, file, index, memory)
    if (await isPiece(parts.hasher, partial, index, bytes)) partial.verified[index] = 1
  }
}

function readPiece(ref: BlobRef, file: DiskFile, index: number, memory: Uint8Array): Promise<Uint8Array> {
  const length = pieceLength(ref.sizeBytes, index)
  return file.read(index * pieceBytes, length, memory.subarray(0, length))
}
