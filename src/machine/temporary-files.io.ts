/**
 * Records on disk what is under way to its place before any of it is made. If the daemon is killed, it is left beside
 * its place, and the next daemon removes it.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, truncateSync } from 'node:fs'
import { lstat, mkdir, open, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Directory, Entry } from '../base/directory.io.ts'
import { failing, IsconfError, temporaryName } from '../base/index.ts'
import { type Walk, walking } from '../base/walk.io.ts'
import { removeEntry } from './remove.io.ts'

interface Note {
  readonly token: string
  /** The directories in which something may be made: on this machine, with no link in their paths. */
  readonly directories: readonly string[]
}

/**
 * Where things that are installed together are made: one directory of our own in each directory that gets some of them.
 */
export class Staging {
  readonly token = randomBytes(6).toString('hex')
  readonly #given = new Set<string>()
  /** By the path of the directory that they are in. */
  readonly #made = new Map<string, Promise<Directory>>()

  /** A path for node:fs at which what is to come to `target` is made first. Its failures are those of node:fs. */
  async beside({ directory, name }: Entry): Promise<string> {
    const making = this.#made.get(directory.path) ?? this.#make(directory)
    this.#made.set(directory.path, making)
    const made = await making
    const own = made.at(name)
    // The second for one place waits under a number.
    const beside = this.#given.has(own) ? made.at(`${this.#given.size}`) : own
    this.#given.add(beside)
    return beside
  }

  async #make(directory: Directory): Promise<Directory> {
    const name = temporaryName(this.token)
    await mkdir(directory.at(name), { mode: 0o700 })
    const made = await directory.enter(name)
    if (await isOurs(made)) return made
    await made.handle.close()
    throw new IsconfError('UNSAFE_LINK', `${made.path} was exchanged by another user while it was made`)
  }

  /** To be called when all that was made in a directory has come to its place; `path` is where the directory is. */
  async leave(path: string): Promise<void> {
    const made = await this.#made.get(path)?.catch(() => undefined)
    this.#made.delete(path)
    if (made === undefined) return
    await made.handle.close()
    await rmdir(made.above?.at(basename(made.path)) ?? made.path).catch(() => undefined)
  }

  /** To be called when everything has come to its place or was discarded. */
  async clear(): Promise<void> {
    for (const path of [...this.#made.keys()]) await this.leave(path)
  }
}

/**
 * Whether a directory belongs to us. A disk that keeps no owners (CIFS, for root also NFS) gives everything to one
 * user: then something made in it has the same owner.
 */
async function isOurs(made: Directory): Promise<boolean> {
  const { uid } = await made.handle.stat()
  if (uid === process.geteuid?.()) return true
  const probe = made.at('owner')
  await mkdir(probe, { mode: 0o700 })
  const found = await lstat(probe)
  await rmdir(probe)
  return found.uid === uid
}

export class TemporaryFiles {
  readonly #path: string
  #underWay = 0

  /** `path` is the file that names them. */
  constructor(path: string) {
    this.#path = path
  }

  /** Notes on disk that something may be made in these directories while `run` runs. DISK_FULL, HOME_UNWRITABLE. */
  async during<T>(directories: readonly string[], run: (staging: Staging) => Promise<T>): Promise<T> {
    const staging = new Staging()
    this.#underWay += 1
    try {
      await this.#note(`${JSON.stringify({ token: staging.token, directories })}\n`)
      return await run(staging)
    } finally {
      this.#underWay -= 1
      if (this.#underWay === 0) this.#forget()
    }
  }

  async #note(line: string): Promise<void> {
    await failing('write', this.#path, async () => {
      const handle = await open(this.#path, 'a', 0o600)
      try {
        await handle.appendFile(line)
        await handle.datasync()
      } finally {
        await handle.close()
      }
    })
  }

  /** Removes what an earlier run of the daemon has left. Returns where that was. */
  async removeLeft(): Promise<readonly string[]> {
    const removed = new Set<string>()
    await walking('/', async (walk) => {
      for (const { token, directories } of this.#read()) {
        for (const directory of directories) {
          const left = await removeFrom(walk, join(directory, temporaryName(token))).catch(() => undefined)
          if (left !== undefined) removed.add(left)
        }
      }
    })
    this.#forget()
    return [...removed]
  }

  #read(): readonly Note[] {
    try {
      return readFileSync(this.#path, 'utf8').split('\n').flatMap(parseNote)
    } catch {
      return []
    }
  }

  /** Not synced: removing something again that is gone does no harm. */
  #forget(): void {
    try {
      truncateSync(this.#path)
    } catch {
      // It was never made, or its disk is gone: then it is forgotten the next time.
    }
  }
}

/** Where it was. */
async function removeFrom(walk: Walk, path: string): Promise<string> {
  const entry = await walk.entry(path)
  await removeEntry(entry)
  return entry.path
}

/**
 * Skips a torn last line: nothing was made before it was complete. Parsed by hand, because isync starts for every step
 * of a boot, and a schema would take as long to load as the rest of it.
 */
function parseNote(line: string): readonly Note[] {
  try {
    const { token, directories } = JSON.parse(line)
    const isNote = /^[0-9a-f]{12}$/.test(token) && Array.isArray(directories)
    return isNote && directories.every((one) => typeof one === 'string') ? [{ token, directories }] : []
  } catch {
    return []
  }
}
