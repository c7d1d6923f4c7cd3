/** What stands at a path now, without what is below it. */
import type { Stats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { unreadable } from './file-content.io.ts'
import type { PathState } from './machine.ts'
import { OwnerNames } from './owners.io.ts'

/** See {@link Machine.stateOf}. */
export async function stateOf(path: string, realPath: string): Promise<PathState | undefined> {
  let found: Stats
  try {
    found = await lstat(realPath)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    return unreadable(path, error as NodeJS.ErrnoException)
  }
  const owners = new OwnerNames()
  const owner = owners.of(found.uid, found.gid)
  await owners.fill()
  const common = { mode: found.mode & 0o7777, owner }
  if (found.isFile()) return { kind: 'file', ...common }
  if (found.isSymbolicLink()) return { kind: 'symlink', ...common, target: await readlink(realPath) }
  if (found.isDirectory()) return { kind: 'directory', ...common, names: await readdir(realPath) }
  return { kind: 'other', ...common }
}
