/** The machine's own disk. */
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { failing } from '../../base/index.ts'
import { syncPath } from '../program/index.ts'
import { syncTree, type TreeDisk } from '../tree/index.ts'

/** The real {@link TreeDisk}. DISK_FULL, HOME_UNWRITABLE, DISK_FAILED. */
export const systemTreeDisk: TreeDisk = {
  makeDirectory: (path) =>
    failing('make', path, async () => {
      await mkdir(path, { recursive: true, mode: 0o755 })
    }),
  makeWork: (prefix) => failing('make', prefix, () => mkdtemp(prefix)),
  rename: (from, to) =>
    failing('rename', from, async () => {
      await rename(from, to)
      syncPath(dirname(to))
    }),
  link: (target, path) => failing('make', path, () => symlink(target, path)),
  // What an ended update has started may still be writing there.
  remove: (path) => failing('remove', path, () => rm(path, { recursive: true, force: true, maxRetries: 5 })),
  syncTree: (tree, entries) => failing('write', tree, async () => syncTree(tree, entries)),
}
