import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** Makes the names in a directory durable; a link is not followed. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
