/** Removing what is at a path, a directory with all it holds; no link is followed, whatever is exchanged meanwhile. */
import { lstat, readdir, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Directory, Entry } from '../base/directory.io.ts'
import { errnoCode, IsconfError, inLanes } from '../base/index.ts'
import type { Walk } from '../base/walk.io.ts'
import { refusalText } from './refusal-text.io.ts'
import { syncDirectory } from './sync-directory.io.ts'

/** Files of one directory that are removed at once: more than there are threads that wait for the disk. */
const atOnceMax = 16

/** See {@link Machine.remove}. */
export async function remove(path: string, walk: Walk): Promise<boolean> {
  let place = path
  try {
    const entry = await walk.entry(path)
    place = entry.path
    await removeEntry(entry)
    place = entry.directory.path
    await syncDirectory(entry.directory.self)
    return true
  } catch (error) {
    if (error instanceof IsconfError) throw error
    if (error instanceof NotRemoved) throw await failure(path, error.path, error.cause)
    if (['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '')) return false
    throw await failure(path, place, error)
  }
}

/** What could not be removed, and why. */
class NotRemoved extends Error {
  readonly path: string

  constructor(path: string, cause: unknown) {
    super(path, { cause })
    this.path = path
  }
}

/** Removes what is there. Fails with {@link NotRemoved}. */
export async function removeEntry({ directory, name }: Entry): Promise<void> {
  const found = await lstat(directory.at(name))
  await (found.isDirectory() ? removeTree : removeFile)(directory, Buffer.from(name))
}

function removeFile(directory: Directory, name: Buffer): Promise<void> {
  return told(directory, name, () => unlink(directory.atBytes(name)))
}

async function removeTree(directory: Directory, name: Buffer): Promise<void> {
  await told(directory, name, async () => {
    const inside = await directory.enter(name)
    try {
      const all = await readdir(inside.self, { encoding: 'buffer', withFileTypes: true })
      const files = all.filter((one) => !one.isDirectory())
      await inLanes(files, atOnceMax, (file) => removeFile(inside, file.name))
      for (const one of all) if (one.isDirectory()) await removeTree(inside, one.name)
    } finally {
      await inside.handle.close()
    }
    await rmdir(directory.atBytes(name))
  })
}

async function told(directory: Directory, name: Buffer, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof NotRemoved) throw error
    // Somebody else removed it meanwhile.
    if (errnoCode(error) === 'ENOENT') return
    throw new NotRemoved(join(directory.path, name.toString()), error)
  }
}

async function failure(path: string, place: string, cause: unknown): Promise<IsconfError> {
  return new IsconfError('REMOVE_FAILED', `cannot remove ${path}: ${await refusalText(cause, place)}`, { cause })
}
