import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { type ErrorCode, IsconfError } from '../base/index.ts'

/** No file of settings is larger; a wrong path must not fill the memory. */
export const textFileBytesMax = 1024 * 1024
/**
 * A file that is generated for thousands of hosts may be this large; JavaScript can't hold a text of twice the size.
 */
const generatedTextBytesMax = 256 * 1024 * 1024

const reasonByCode: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
}

/** A text file; undefined when there is none. CONFIG, with the path, when it can't be read; `denied` when it may not. */
export function readTextFile(
  path: string,
  denied: ErrorCode = 'CONFIG',
  bytesMax = textFileBytesMax,
): string | undefined {
  try {
    return readWhole(path, bytesMax)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw asConfigError(path, error, denied)
  }
}

/** The same for a file that may be generated, and large. */
export const readGeneratedText = (path: string): string | undefined =>
  readTextFile(path, 'CONFIG', generatedTextBytesMax)

/** The failure as a person is told it. */
export function asConfigError(path: string, error: unknown, denied: ErrorCode = 'CONFIG'): IsconfError {
  if (error instanceof IsconfError) return error
  const code = codeOf(error)
  const errorCode = code === 'EACCES' || code === 'EPERM' ? denied : 'CONFIG'
  return new IsconfError(errorCode, `cannot read ${path}: ${reasonByCode[code] ?? code}`, { cause: error })
}

function readWhole(path: string, bytesMax: number): string {
  // A named pipe is refused below: to wait here for who writes to it would hold up the whole daemon.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(descriptor)
    if (stat.isDirectory()) throw new IsconfError('CONFIG', `cannot read ${path}: it is a directory`)
    if (!stat.isFile()) throw new IsconfError('CONFIG', `cannot read ${path}: it is not a regular file`)
    if (stat.size > bytesMax) {
      throw new IsconfError('CONFIG', `cannot read ${path}: it is larger than ${bytesMax} bytes`)
    }
    const bytes = Buffer.alloc(stat.size)
    let length = 0
    while (length < bytes.length) {
      const count = readSync(descriptor, bytes, length, bytes.length - length, length)
      if (count === 0) break
      length += count
    }
    return bytes.toString('utf8', 0, length)
  } finally {
    closeSync(descriptor)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
