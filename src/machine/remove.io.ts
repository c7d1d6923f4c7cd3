/** Removing what is at a path, a directory with all it holds. */
import { lstat, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errnoText, IsconfError } from '../base/index.ts'
import { syncDirectory } from './install.io.ts'

/** See {@link Machine.remove}. */
export async function remove(path: string, realPath: string): Promise<boolean> {
  try {
    await lstat(realPath)
    await rm(realPath, { recursive: true, force: true })
    await syncDirectory(dirname(realPath))
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return false
    throw new IsconfError('REMOVE_FAILED', `cannot remove ${path}: ${errnoText(error)}`, { cause: error })
  }
}
