/** The name of a tree, made from all that is in it. */
import { posix } from 'node:path'
import { sha256Hex } from '../../base/index.ts'
import { treeNames } from '../program/index.ts'

/** One thing in a tree. */
export interface TreeEntry {
  /** Below the tree, with slashes. */
  readonly path: string
  readonly kind: 'directory' | 'file' | 'link'
  /** The permissions; 0 for a link, which has none. */
  readonly mode: number
  /** The hash of a file, the target of a link, nothing for a directory. */
  readonly content: string
}

/** Files, directories and links of one tree: more of them is a mistake at the source. */
export const treeEntriesMax = 100_000
/** What one tree may take on disk; a configuration is not where a host's data belong. */
export const treeBytesMax = 1024 * 1024 * 1024

/** The first digits of a hash over paths, kinds, modes and contents: the same tree has the same name everywhere. */
export function treeId(entries: readonly TreeEntry[]): string {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))
  const lines = sorted.map(({ path, kind, mode, content }) => JSON.stringify([path, kind, mode, content]))
  return sha256Hex(lines.join('\n')).slice(0, idLength)
}

/** 64 bits: nobody will see two trees of one site with one name. */
const idLength = 16

/** Whether this is a name of a tree, perhaps with the number of one that was fetched again. */
export function isTreeName(name: string): boolean {
  return /^[0-9a-f]{16}(\.\d{1,3})?$/.test(name)
}

/** The name by content alone. */
export function idOfName(name: string): string {
  return name.slice(0, idLength)
}

/**
 * Whether a link leads out of the tree, or there by an absolute path: then what is there is not what was checked.
 * In files/ links are what isync installs, and lead where they will.
 */
export function leavesTree({ path, kind, content }: TreeEntry): boolean {
  if (kind !== 'link' || path.startsWith(`${treeNames.files}/`)) return false
  return content.startsWith('/') || posix.join(posix.dirname(path), content).split('/')[0] === '..'
}
