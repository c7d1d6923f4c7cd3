/** The programs that an administrator has put in a directory to be run around `up`. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoText, IsconfError } from '../base/index.ts'

const executableBits = 0o111

/**
 * The hooks in a directory, in the byte order of their names: regular files that are executable. Names with a dot or
 * with a tilde at the end are passed over: editors and package managers leave such beside what they replace. None when
 * there is no directory; HOOK_FAILED when it can't be read.
 */
export async function hooksIn(directory: string): Promise<readonly string[]> {
  const names = await namesIn(directory)
  const paths = names
    .filter((name) => !name.includes('.') && !name.endsWith('~'))
    .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .map((name) => join(directory, name))
  const isHook = await Promise.all(paths.map(isExecutableFile))
  return paths.filter((_, index) => isHook[index])
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch (thrown) {
    const error = thrown as NodeJS.ErrnoException
    if (error.code === 'ENOENT') return []
    throw new IsconfError('HOOK_FAILED', `the hooks in ${directory} can't be read: ${errnoText(error)}`, {
      cause: error,
    })
  }
}

async function isExecutableFile(path: string): Promise<boolean> {
  try {
    const stats = await stat(path)
    return stats.isFile() && (stats.mode & executableBits) !== 0
  } catch {
    // A symbolic link to nothing.
    return false
  }
}
