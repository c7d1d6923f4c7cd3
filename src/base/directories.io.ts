/**
 * Which names in directories are durable. What is found may have been made by a process that was killed before it
 * synced: then the directory is synced before anything depends on what is found in it.
 */
import { dirname, resolve } from 'node:path'
import { errnoCode, failing } from './disk-failure.ts'
import type { FileCalls, OpenedFile } from './file-calls.io.ts'
import { inLanes } from './lanes.ts'

const directoryMode = 0o700
/** Files that are written, or directories that are synced, at once: a disk takes their syncs together. */
export const atOnceMax = 16

/** A directory above IS_HOME that this process can't sync is not one in which it makes anything. */
const notOurs = ['EACCES', 'EPERM', 'EROFS', 'EINVAL']

export class Directories {
  readonly #calls: FileCalls
  /** Directories that were synced, and in which no change of names has failed to be synced since. */
  readonly #settled = new Set<string>()

  constructor(calls: FileCalls) {
    this.#calls = calls
  }

  /** Makes the names in a directory durable. Fails as node:fs does. */
  async sync(directory: string): Promise<void> {
    const path = resolve(directory)
    this.#settled.delete(path)
    const handle = await this.#calls.open(path, 'r')
    await closingOnFailure(handle, () => handle.sync())
    await handle.close()
    this.#settled.add(path)
  }

  /** The same for several, each once. DISK_FAILED and its kin name the directory. */
  syncAll(directories: readonly string[]): Promise<void> {
    return inLanes([...new Set(directories.map((path) => resolve(path)))], atOnceMax, (directory) =>
      failing('sync', directory, () => this.sync(directory)),
    )
  }

  /** Makes the names that are found in a directory durable, once. */
  async settle(directory: string): Promise<void> {
    if (!this.#settled.has(resolve(directory))) await this.sync(directory)
  }

  /** Makes a directory and its missing parents; those in which a name is to be made durable. */
  async make(directory: string): Promise<readonly string[]> {
    const path = resolve(directory)
    if (await this.#makeOne(path)) return [dirname(path)]
    await this.settle(path)
    await this.#settleAbove(path)
    return []
  }

  /** Whether it was made, and with it whatever was missing above it. */
  async #makeOne(path: string): Promise<boolean> {
    try {
      await this.#calls.mkdir(path, directoryMode)
      return true
    } catch (error) {
      if (errnoCode(error) === 'EEXIST') return false
      if (errnoCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    }
    const parents = await this.make(dirname(path))
    await this.syncAll(parents)
    await this.#calls.mkdir(path, directoryMode)
    return true
  }

  async #settleAbove(path: string): Promise<void> {
    for (let above = dirname(path); !this.#settled.has(above); above = dirname(above)) {
      try {
        await this.sync(above)
      } catch (error) {
        if (!notOurs.includes(errnoCode(error) ?? '')) throw error
        this.#settled.add(above)
      }
    }
  }
}

export async function closingOnFailure(handle: OpenedFile, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    await handle.close().catch(() => undefined)
    throw error
  }
}
