/** Reading what was inspected: a file is recorded as it was seen, or not at all. */
import { type BigIntStats, constants, fstatSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { errnoText, IsconfError } from '../base/index.ts'

/** What is read at a time: as much as fits a piece, so that constant memory is enough for any file. */
const readBytes = 1024 * 1024
// What was a file a moment ago may be a named pipe or a link now: neither waited for nor followed.
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** The bytes of a file that was inspected before. FILE_CHANGED, FILE_UNREADABLE, SIZE_WRONG. */
export async function* contentOf(path: string, seen: BigIntStats, realPath: string): AsyncGenerator<Uint8Array> {
  const handle = await open(realPath, openFlags).catch((error) => goneOrUnreadable(path, error))
  const sizeBytes = Number(seen.size)
  let position = 0
  try {
    // What an open file is takes no time to ask; to ask another thread for it takes more than to read a small file.
    refuseChanged(path, seen, fstatSync(handle.fd, { bigint: true }))
    // What has no end, or gives more than it says, is not read on.
    while (position <= sizeBytes) {
      // One byte more than there should be, so that one read finds the end of a small file.
      const length = Math.min(readBytes, sizeBytes - position + 1)
      const buffer = Buffer.allocUnsafeSlow(length)
      const { bytesRead } = await handle.read(buffer, 0, length, position).catch((error) => unreadable(path, error))
      if (bytesRead === 0) break
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
      if (bytesRead < length) break
    }
    refuseChanged(path, seen, fstatSync(handle.fd, { bigint: true }))
  } finally {
    await handle.close()
  }
  if (position === sizeBytes) return
  const found = position > sizeBytes ? 'more' : `${position}`
  throw new IsconfError('SIZE_WRONG', `${path} claims to have ${sizeBytes} bytes, but gives ${found}`)
}

/** FILE_CHANGED when what is found is not what was seen before. */
export function refuseChanged(path: string, before: BigIntStats, after: BigIntStats): void {
  const isSame =
    after.ino === before.ino &&
    after.dev === before.dev &&
    after.size === before.size &&
    after.mtimeNs === before.mtimeNs &&
    after.ctimeNs === before.ctimeNs
  if (!isSame) throw changed(path)
}

/** The failure when something else is there than was seen before. */
export function changed(path: string): IsconfError {
  return new IsconfError('FILE_CHANGED', `${path} changed while it was read`)
}

/** The failure when what was seen is not there any more. */
function wentAway(path: string): IsconfError {
  return new IsconfError('FILE_CHANGED', `${path} went away while it was read`)
}

/** The failure to read something that was there a moment ago. */
export function goneOrUnreadable(path: string, error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw wentAway(path)
  if (error.code === 'ELOOP') throw changed(path)
  return unreadable(path, error)
}

/** NO_SUCH_FILE, or FILE_UNREADABLE with the reason; a failure of ours as it is. */
export function unreadable(path: string, error: NodeJS.ErrnoException): never {
  if (error instanceof IsconfError) throw error
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    throw new IsconfError('NO_SUCH_FILE', `no such file: ${path}`)
  throw new IsconfError('FILE_UNREADABLE', `cannot read ${path}: ${errnoText(error)}`, { cause: error })
}
