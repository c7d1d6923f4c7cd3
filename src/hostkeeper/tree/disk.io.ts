/** What an update does to the disk, one step each, so that a test can end it between any two. */
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { failing } from '../../base/index.ts'
import { syncPath } from '../program/index.ts'
import { syncTree } from './content.io.ts'
import type { TreeEntry } from './content.ts'

/** The machine's own disk. DISK_FULL, HOME_UNWRITABLE, DISK_FAILED. */
export const systemTreeDisk = {
  /** With its parents. */
  makeDirectory: (path: string): Promise<unknown> =>
    failing('make', path, () => mkdir(path, { recursive: true, mode: 0o755 })),
  /** A directory whose name nobody has used; its path. */
  makeWork: (prefix: string): Promise<string> => failing('make', prefix, () => mkdtemp(prefix)),
  /** Durable when it returns. */
  rename: (from: string, to: string): Promise<void> =>
    failing('rename', from, async () => {
      await rename(from, to)
      syncPath(dirname(to))
    }),
  link: (target: string, path: string): Promise<void> => failing('make', path, () => symlink(target, path)),
  /** With all that is in it; no failure when there is nothing. What an ended update has started may still be writing there. */
  remove: (path: string): Promise<void> =>
    failing('remove', path, () => rm(path, { recursive: true, force: true, maxRetries: 5 })),
  syncTree: (tree: string, entries: readonly TreeEntry[]): Promise<void> =>
    failing('write', tree, async () => syncTree(tree, entries)),
}

export type TreeDisk = typeof systemTreeDisk
