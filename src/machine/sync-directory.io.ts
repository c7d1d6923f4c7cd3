import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** Has the names in a directory, which is no link, on disk. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
