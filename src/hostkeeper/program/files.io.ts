/** Reading, writing and syncing files at once; their content in pieces, for a file may be larger than the memory. */
import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { errnoText, IsconfError, shortBytesMax, shortHash } from '../../base/index.ts'
import { replace } from '../../base/replace.io.ts'
import { walking } from '../../base/walk.io.ts'

const pieceBytes = 1024 * 1024
const pageBytes = 4096

/** How what was looked at is opened: not through a link that was put there meanwhile, and without waiting for a pipe. */
export const asItIs = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** The SHA-256 of a file, in hexadecimal; `each` gets its bytes as they are read. Fails as node:fs does. */
export function hashOf(
  path: string,
  each: (bytes: Uint8Array) => void = () => undefined,
  flags: string | number = 'r',
): string {
  const file = openSync(path, flags)
  try {
    const { size } = fstatSync(file)
    const hash = size <= shortBytesMax ? shortHash() : createHash('sha256')
    // Most files are small, and a large buffer takes longer than they do.
    const buffer = Buffer.allocUnsafeSlow(Math.min(pieceBytes, size + pageBytes))
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      const bytes = buffer.subarray(0, length)
      hash.update(bytes)
      each(bytes)
    }
    return Buffer.from(hash.digest()).toString('hex')
  } finally {
    closeSync(file)
  }
}

/** The kernel may take a part of a write. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
}

/** Makes what was written to a file, or renamed in a directory, survive a power failure. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Puts a file in place at once, for everybody to read, where no link of another user leads. FILE_UNWRITABLE, UNSAFE_LINK. */
export async function writeWhole(path: string, content: Uint8Array | string, hint?: string): Promise<void> {
  try {
    await walking('/', async (walk) => {
      const { at } = await walk.entry(path)
      await replace(at, content, { temporary: `${at}.${process.pid}`, exclusive: true, mode: 0o644 })
    })
  } catch (error) {
    if (error instanceof IsconfError) throw error
    throw new IsconfError('FILE_UNWRITABLE', `cannot write ${path}: ${errnoText(error)}`, { cause: error, hint })
  }
}
