/** Opening the store: what is there is told by its names, and what interrupted writes have left is removed. */
import type { Random } from '../base/index.ts'
import { BlobStore } from './blob-store.ts'
import { isBlobOn, isShelf, isUnfinished, Layout } from './layout.ts'
import type { PartialParts } from './partial.ts'
import { WholeBlobs } from './whole-blobs.ts'

export interface StoreParts extends Omit<PartialParts, 'layout'> {
  /** Where the store is; made when absent. */
  readonly directory: string
  readonly random: Random
}

/** Opens the store and removes what interrupted puts have left. Failures: those of the disk. */
export async function openStore(parts: StoreParts): Promise<BlobStore> {
  const { disk } = parts
  const layout = new Layout(parts.directory)
  await disk.makeDirectory(layout.partialDirectory)
  const ids = new Set<string>()
  const shelves = new Set<string>()
  for (const shelf of (await disk.list(layout.directory)).filter(isShelf)) {
    const directory = `${layout.directory}/${shelf}`
    shelves.add(directory)
    for (const name of await disk.list(directory)) {
      if (isBlobOn(shelf, name)) ids.add(name)
      else if (isUnfinished(name)) await disk.remove(`${directory}/${name}`)
    }
  }
  for (const name of await disk.list(layout.partialDirectory)) {
    // A crash can come between a blob's move into its place and the removal of its record.
    if (name.startsWith('put-') || ids.has(name.slice(0, 64))) await disk.remove(`${layout.partialDirectory}/${name}`)
  }
  const placed = { ...parts, layout }
  return new BlobStore(placed, new WholeBlobs(placed, ids, shelves))
}
