/** Removing what is at a path, a directory with all it holds. */
import type { Stats } from 'node:fs'
import { lstat, rm, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errnoCode, IsconfError } from '../base/index.ts'
import { syncDirectory } from './install.io.ts'
import { refusalText } from './refusal-text.io.ts'

/** See {@link Machine.remove}. */
export async function remove(path: string, realPath: string): Promise<boolean> {
  let found: Stats
  try {
    found = await lstat(realPath)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '')) return false
    throw await failure(path, realPath, error)
  }
  try {
    if (found.isDirectory()) await rm(realPath, { recursive: true })
    else await unlink(realPath)
    await syncDirectory(dirname(realPath))
    return true
  } catch (error) {
    const { cause, place } = await trueFailure(error, realPath)
    throw await failure(path, place, cause)
  }
}

/** Of a file that may not be unlinked `rm` says that it is no directory: findings/rm-of-an-immutable-file.sh. */
async function trueFailure(
  error: unknown,
  realPath: string,
): Promise<{ readonly cause: unknown; readonly place: string }> {
  const { path: place = realPath } = error as NodeJS.ErrnoException
  if (errnoCode(error) !== 'ENOTDIR') return { cause: error, place }
  return { cause: (await unlink(place).catch((cause: unknown) => cause)) ?? error, place }
}

async function failure(path: string, place: string, cause: unknown): Promise<IsconfError> {
  return new IsconfError('REMOVE_FAILED', `cannot remove ${path}: ${await refusalText(cause, place)}`, { cause })
}
