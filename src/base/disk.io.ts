/** The machine's own disk. Durability is bought here, so that nobody above thinks of directories and fsync. */
import { dirname } from 'node:path'
import { atOnceMax, closingOnFailure, Directories } from './directories.io.ts'
import type { Disk } from './disk.ts'
import { errnoCode, failing, uncertain } from './disk-failure.ts'
import { SystemFile } from './disk-file.io.ts'
import { callsAtOnce, type FileCalls, type OpenedFile, systemCalls } from './file-calls.io.ts'
import { IsconfError } from './isconf-error.ts'
import { inLanes } from './lanes.ts'
import { fileMode, putInPlace, replacementOf } from './replace.io.ts'
import { RestingFiles } from './resting-files.ts'

/** More branches than are used at a time; a process may have a thousand descriptors, and each connection needs one. */
const awakeMax = 128

/** A {@link Disk} that makes these calls. */
export function diskOn(calls: FileCalls): Disk {
  const directories = new Directories(calls)
  const inTurn = turns()
  const resting = new RestingFiles(awakeMax)
  const put = (path: string, content: Uint8Array | string): Promise<void> =>
    resting
      .hold(path)
      .then(() =>
        failing('write', path, () => inTurn(path, () => putInPlace(calls, path, content, replacementOf(path)))),
      )
  /** Changes names in directories, durably; after a failed sync nothing is believed until it was written `again`. */
  const changing = async (places: readonly string[], change: () => Promise<void>, again = change): Promise<void> => {
    await change()
    try {
      await directories.syncAll(places)
    } catch {
      try {
        await again()
        await directories.syncAll(places)
      } catch (error) {
        throw uncertain(error)
      }
    }
  }
  return {
    readFile: (path) => failing('read', path, () => unlessAbsent(calls.readFile(path), undefined)),
    replaceFile: (path, content) => changing([dirname(path)], () => put(path, content)),
    replaceFiles: (files) =>
      changing(
        files.map(({ path }) => dirname(path)),
        () => inLanes(files, atOnceMax, ({ path, content }) => put(path, content)),
      ),
    open: (path, access) =>
      failing('open', path, async () => {
        if (access === 'read') return new SystemFile(path, await openToRead(calls, path))
        const file = new SystemFile(path, await openToWrite(calls, directories, path))
        if (access === 'write') return file
        return resting.keep(path, file, () =>
          failing('open', path, async () => new SystemFile(path, await calls.open(path, 'r+'))),
        )
      }),
    rename: (from, to) =>
      changing(
        [dirname(to), dirname(from)],
        async () => {
          await resting.hold(from, to)
          await failing('rename', from, () => calls.rename(from, to))
        },
        async () => undefined,
      ),
    remove: async (path) => {
      await resting.hold(path)
      const isGone = await failing('remove', path, () =>
        unlessAbsent(
          calls.unlink(path).then(() => true),
          false,
        ),
      )
      if (isGone) await changing([dirname(path)], async () => undefined)
    },
    list: async (directory) =>
      failing('list', directory, async () => (await unlessAbsent(calls.readdir(directory), [])).sort()),
    makeDirectory: async (...all) => {
      const changed: string[] = []
      for (const directory of all)
        changed.push(...(await failing('make', directory, () => directories.make(directory))))
      await directories.syncAll(changed)
    },
  }
}

/** The real {@link Disk}. */
export const systemDisk: Disk = diskOn(systemCalls)

/** The same for a command that has nothing else to do meanwhile. */
export const diskAtOnce: Disk = diskOn(callsAtOnce)

async function unlessAbsent<T>(found: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await found
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return otherwise
    throw error
  }
}

async function openToRead(calls: FileCalls, path: string): Promise<OpenedFile> {
  try {
    return await calls.open(path, 'r')
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') throw new IsconfError('NO_SUCH_FILE', `no such file: ${path}`, { cause: error })
    throw error
  }
}

/** A synced file whose name was not synced is gone after a power failure. */
async function openToWrite(calls: FileCalls, directories: Directories, path: string): Promise<OpenedFile> {
  let handle: OpenedFile
  try {
    handle = await calls.open(path, 'r+')
  } catch (error) {
    if (errnoCode(error) !== 'ENOENT') throw error
    const made = await calls.open(path, 'wx+', fileMode)
    await closingOnFailure(made, () => directories.sync(dirname(path)))
    return made
  }
  await closingOnFailure(handle, () => directories.settle(dirname(path)))
  return handle
}

/** Two replacements of one file would share the temporary name. */
function turns(): (path: string, run: () => Promise<void>) => Promise<void> {
  const turnByPath = new Map<string, Promise<unknown>>()
  return async (path, run) => {
    const before = turnByPath.get(path) ?? Promise.resolve()
    const turn = before.then(run, run)
    turnByPath.set(path, turn)
    try {
      await turn
    } finally {
      if (turnByPath.get(path) === turn) turnByPath.delete(path)
    }
  }
}
