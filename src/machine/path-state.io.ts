/** What stands at a path now, without what is below it. */
import type { Stats } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import type { Entry } from '../base/directory.io.ts'
import type { Walk } from '../base/walk.io.ts'
import { unreadable } from './file-content.io.ts'
import type { PathState } from './machine.ts'
import { OwnerNames } from './owners.io.ts'

/** See {@link Machine.stateOf}. */
export async function stateOf(path: string, walk: Walk): Promise<PathState | undefined> {
  let entry: Entry
  let found: Stats
  try {
    entry = await walk.entry(path)
    found = await lstat(entry.at)
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
  if (found.isSymbolicLink()) return { kind: 'symlink', ...common, target: await readlink(entry.at) }
  if (found.isDirectory()) return { kind: 'directory', ...common, names: await namesIn(entry) }
  return { kind: 'other', ...common }
}

async function namesIn({ directory, name }: Entry): Promise<readonly string[]> {
  const inside = await directory.enter(name)
  try {
    return await readdir(inside.self)
  } finally {
    await inside.handle.close()
  }
}
