/** Putting a whole file in place at once, durably. */
import { dirname } from 'node:path'
import { closingOnFailure, Directories } from './directories.io.ts'
import { writeAll } from './disk-file.io.ts'
import { type FileCalls, systemCalls } from './file-calls.io.ts'

export const fileMode = 0o600

/** How a whole file is put in place. */
export interface Replacement {
  /** Where it is written first; in the same directory. */
  readonly temporary: string
  /** Whether the temporary file must not be there before: where others may write, someone may have put a link there. */
  readonly exclusive: boolean
  readonly mode: number
}

// A fixed name, so that what a crash leaves behind is overwritten by the next replacement.
export const replacementOf = (path: string): Replacement => ({
  temporary: `${path}.new`,
  exclusive: false,
  mode: fileMode,
})

/** Puts a whole file in place at once, durably. Fails as node:fs does, and what was there is untouched. */
export async function replace(
  path: string,
  content: Uint8Array | string,
  replacement = replacementOf(path),
): Promise<void> {
  await putInPlace(systemCalls, path, content, replacement)
  await new Directories(systemCalls).sync(dirname(path))
}

/** What {@link replace} does, but for the sync of the directory. */
export async function putInPlace(
  calls: FileCalls,
  path: string,
  content: Uint8Array | string,
  { temporary, exclusive, mode }: Replacement,
): Promise<void> {
  const handle = await calls.open(temporary, exclusive ? 'wx' : 'w', fileMode)
  try {
    await closingOnFailure(handle, async () => {
      await writeAll(handle, 0, typeof content === 'string' ? Buffer.from(content) : content)
      if (mode !== fileMode) await handle.chmod(mode)
      await handle.sync()
    })
    await handle.close()
    await calls.rename(temporary, path)
  } catch (error) {
    await calls.unlink(temporary).catch(() => undefined)
    throw error
  }
}
