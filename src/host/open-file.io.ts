/** Reading a file for a snapshot. */
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errnoText, IsconfError } from '../base/index.ts'
import type { DirectoryAttributes, FileReader } from './machine.ts'
import { ownerOf } from './owners.io.ts'

/** What is read at a time: as much as fits a piece, so that constant memory is enough for any file. */
const readBytes = 1024 * 1024
const permissionBits = 0o7777n
// What was a file a moment ago may be a named pipe or a link now: neither waited for nor followed.
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Opens the regular file at a journal path; `real` maps that to where it is on this machine. */
export async function openFile(path: string, real: (path: string) => string): Promise<FileReader> {
  await refuseOtherKinds(path, real(path))
  const handle = await open(real(path), openFlags).catch((error) => unreadable(path, error))
  try {
    const before = await handle.stat({ bigint: true })
    if (!before.isFile()) throw new IsconfError('NOT_A_FILE', `${path} is not a regular file`)
    return {
      attributes: {
        path,
        mode: Number(before.mode & permissionBits),
        owner: await ownerOf(Number(before.uid), Number(before.gid)),
        mtimeMs: Number(before.mtimeMs),
        parents: await parentsOf(path, real),
      },
      sizeBytes: Number(before.size),
      content: contentOf(handle, before, path),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function refuseOtherKinds(path: string, realPath: string): Promise<void> {
  // Looked at before it is opened: to open a named pipe would wait for a writer.
  const found = await lstat(realPath).catch((error) => unreadable(path, error))
  if (found.isFile()) return
  const kind = found.isDirectory() ? 'a directory' : found.isSymbolicLink() ? 'a symbolic link' : 'a special file'
  throw new IsconfError('NOT_A_FILE', `${path} is ${kind}`)
}

async function* contentOf(handle: FileHandle, before: BigIntStats, path: string): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(readBytes), 0, readBytes, position)
    if (bytesRead === 0) break
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
  const after = await handle.stat({ bigint: true })
  if (after.size !== before.size || after.mtimeNs !== before.mtimeNs || after.ctimeNs !== before.ctimeNs) {
    throw new IsconfError('FILE_CHANGED', `${path} changed while it was read`)
  }
}

async function parentsOf(path: string, real: (path: string) => string): Promise<DirectoryAttributes[]> {
  const parents: DirectoryAttributes[] = []
  for (let parent = dirname(path); parent !== '/'; parent = dirname(parent)) {
    const found = await stat(real(parent))
    parents.unshift({ path: parent, mode: found.mode & 0o7777, owner: await ownerOf(found.uid, found.gid) })
  }
  return parents
}

function unreadable(path: string, error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    throw new IsconfError('NO_SUCH_FILE', `no such file: ${path}`)
  throw new IsconfError('FILE_UNREADABLE', `cannot read ${path}: ${errnoText(error)}`, { cause: error })
}
