import { lstatSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** The name of the fetched tree; the path of one that somebody made; undefined where there is none. */
export function treeOf(tree: string): string | undefined {
  const found = lstatSync(tree, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  return found.isSymbolicLink() ? basename(readlinkSync(tree)) : tree
}
