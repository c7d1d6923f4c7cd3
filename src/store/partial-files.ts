/** The files of a blob on its way in, beside its pieces. */
import { type BlobRef, type Disk, pieceListOfSmall } from '../base/index.ts'
import type { Layout } from './layout.ts'
import { isPieceList, pieceCountOf } from './pieces.ts'

interface Place {
  readonly disk: Disk
  readonly layout: Layout
}

/** The piece list that an earlier try has left, or that follows from the id; undefined when it has to be fetched. */
export async function loadHashes({ disk, layout }: Place, ref: BlobRef): Promise<Uint8Array | undefined> {
  const small = pieceCountOf(ref.sizeBytes) <= 1 ? pieceListOfSmall(ref.id, ref.sizeBytes) : undefined
  const hashes = small ?? (await disk.readFile(layout.partialPieces(ref.id)))
  return hashes !== undefined && isPieceList(ref, hashes) ? hashes : undefined
}

/** Forgets what has arrived of a blob. */
export async function removePartial(disk: Disk, layout: Layout, id: string): Promise<void> {
  for (const path of [layout.partialHave(id), layout.partialPieces(id), layout.partial(id)]) await disk.remove(path)
}
