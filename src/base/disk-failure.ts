/** What a person is told of a failure of the disk. */
import { errnoText } from './errno.ts'
import type { ErrorCode } from './errors.ts'
import { IsconfError } from './isconf-error.ts'

const errorCodeByErrno: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EACCES: 'HOME_UNWRITABLE',
  EPERM: 'HOME_UNWRITABLE',
  EROFS: 'HOME_UNWRITABLE',
}

const readOnlyHint = 'mount its disk so that it can be written to, or set IS_HOME to a directory on another one'

/** A failure of node:fs: DISK_FULL, HOME_UNWRITABLE or DISK_FAILED. */
export function diskFailure(action: string, path: string, error: unknown): IsconfError {
  if (error instanceof IsconfError) return error
  const code = errorCodeByErrno[errnoCode(error) ?? ''] ?? 'DISK_FAILED'
  const hint = errnoCode(error) === 'EROFS' ? { hint: readOnlyHint } : {}
  return new IsconfError(code, `cannot ${action} ${path}: ${errnoText(error)}`, { cause: error, ...hint })
}

export function errnoCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Does what `action` and `path` name; a failure names them, too. */
export async function failing<T>(action: string, path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw diskFailure(action, path, error)
  }
}

/**
 * DISK_UNCERTAIN, of a failure that came when what was to be done was done and could not be made durable: whoever wrote
 * it goes on from what the disk shows now, and does not say that it is kept.
 */
export function uncertain(error: unknown): IsconfError {
  const message = error instanceof Error ? error.message : String(error)
  return new IsconfError('DISK_UNCERTAIN', `done, and not certain to outlive a power failure: ${message}`, {
    cause: error,
  })
}

/** Writes, and then has memory follow what the disk shows: also when that is in place and not certain to be kept. */
export async function writing(write: () => Promise<void>, follow: () => void | Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (error instanceof IsconfError && error.code === 'DISK_UNCERTAIN') await follow()
    throw error
  }
  await follow()
}
