/** The machine's own disk. Durability is bought here, so that nobody above thinks of directories and fsync. */
import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'
import { errnoCode, failing } from './disk-failure.ts'
import { SystemFile, writeAll } from './disk-file.io.ts'
import { IsconfError } from './isconf-error.ts'
import { inLanes } from './lanes.ts'

const fileMode = 0o600
const directoryMode = 0o700
/** Files that are written, or directories that are synced, at once: a disk takes their syncs together. */
const atOnceMax = 16

/** The real {@link Disk}. */
export const systemDisk: Disk = {
  readFile: (path) =>
    failing('read', path, async () => {
      try {
        return await readFile(path)
      } catch (error) {
        if (errnoCode(error) === 'ENOENT') return undefined
        throw error
      }
    }),
  replaceFile: (path, content) => failing('write', path, () => inTurn(path, () => replace(path, content))),
  replaceFiles: async (files) => {
    await inLanes(files, atOnceMax, ({ path, content }) =>
      failing('write', path, () => inTurn(path, () => putInPlace(path, content, replacementOf(path)))),
    )
    await syncDirectories(files.map(({ path }) => dirname(path)))
  },
  open: (path, access) => failing('open', path, () => openFile(path, access)),
  rename: (from, to) =>
    failing('rename', from, async () => {
      await rename(from, to)
      await syncDirectory(dirname(to))
      if (dirname(from) !== dirname(to)) await syncDirectory(dirname(from))
    }),
  remove: (path) =>
    failing('remove', path, async () => {
      try {
        await unlink(path)
      } catch (error) {
        if (errnoCode(error) === 'ENOENT') return
        throw error
      }
      await syncDirectory(dirname(path))
    }),
  list: (directory) =>
    failing('list', directory, async () => {
      try {
        return (await readdir(directory)).sort()
      } catch (error) {
        if (errnoCode(error) === 'ENOENT') return []
        throw error
      }
    }),
  makeDirectory: async (...directories) => {
    const changed: string[] = []
    for (const directory of directories)
      changed.push(...(await failing('make', directory, () => makeWithParents(directory))))
    await syncDirectories(changed)
  },
}

async function openFile(path: string, access: 'read' | 'write'): Promise<DiskFile> {
  if (access === 'read') return new SystemFile(path, await openToRead(path))
  try {
    return new SystemFile(path, await open(path, 'r+'))
  } catch (error) {
    if (errnoCode(error) !== 'ENOENT') throw error
  }
  const handle = await open(path, 'wx+', fileMode)
  // A synced file whose name was not synced is gone after a power failure.
  await closingOnFailure(handle, () => syncDirectory(dirname(path)))
  return new SystemFile(path, handle)
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') throw new IsconfError('NO_SUCH_FILE', `no such file: ${path}`, { cause: error })
    throw error
  }
}

const turnByPath = new Map<string, Promise<unknown>>()

/** Two replacements of one file would share the temporary name. */
async function inTurn(path: string, run: () => Promise<void>): Promise<void> {
  const before = turnByPath.get(path) ?? Promise.resolve()
  const turn = before.then(run, run)
  turnByPath.set(path, turn)
  try {
    await turn
  } finally {
    if (turnByPath.get(path) === turn) turnByPath.delete(path)
  }
}

/** How a whole file is put in place. */
export interface Replacement {
  /** Where it is written first; in the same directory. */
  readonly temporary: string
  /** Whether the temporary file must not be there before: where others may write, someone may have put a link there. */
  readonly exclusive: boolean
  readonly mode: number
}

// A fixed name, so that what a crash leaves behind is overwritten by the next replacement.
const replacementOf = (path: string): Replacement => ({ temporary: `${path}.new`, exclusive: false, mode: fileMode })

/** Puts a whole file in place at once, durably. Fails as node:fs does, and what was there is untouched. */
export async function replace(
  path: string,
  content: Uint8Array | string,
  replacement = replacementOf(path),
): Promise<void> {
  await putInPlace(path, content, replacement)
  await syncDirectory(dirname(path))
}

/** What {@link replace} does, but for the sync of the directory. */
async function putInPlace(
  path: string,
  content: Uint8Array | string,
  { temporary, exclusive, mode }: Replacement,
): Promise<void> {
  const handle = await open(temporary, exclusive ? 'wx' : 'w', fileMode)
  try {
    await closingOnFailure(handle, async () => {
      await writeAll(handle, 0, typeof content === 'string' ? Buffer.from(content) : content)
      if (mode !== fileMode) await handle.chmod(mode)
      await handle.sync()
    })
    await handle.close()
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  }
}

/** The directories that were changed by making one. */
async function makeWithParents(directory: string): Promise<readonly string[]> {
  const last = resolve(directory)
  const first = await mkdir(last, { recursive: true, mode: directoryMode }).catch((error: unknown) =>
    makeFirstMissing(last, error),
  )
  const changed: string[] = []
  if (first === undefined) return changed
  for (let made = last; made.length >= first.length; made = dirname(made)) changed.push(dirname(made))
  return changed
}

function syncDirectories(directories: readonly string[]): Promise<void> {
  return inLanes([...new Set(directories)], atOnceMax, (directory) =>
    failing('sync', directory, () => syncDirectory(directory)),
  )
}

/** On a read-only disk a recursive mkdir says that there is no such directory: the first one that is missing tells why. */
async function makeFirstMissing(directory: string, error: unknown): Promise<never> {
  if (errnoCode(error) === 'ENOENT') {
    let missing = directory
    while (!existsSync(dirname(missing))) missing = dirname(missing)
    await mkdir(missing, { mode: directoryMode })
  }
  throw error
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  await closingOnFailure(handle, () => handle.sync())
  await handle.close()
}

async function closingOnFailure(handle: FileHandle, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    await handle.close().catch(() => undefined)
    throw error
  }
}
