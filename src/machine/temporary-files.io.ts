/**
 * What is on its way to its place, on disk before any of it is made: a daemon that is killed leaves it beside its place,
 * and the next one removes it.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, truncateSync } from 'node:fs'
import { mkdir, open, realpath, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { failing, temporaryName } from '../base/index.ts'

/** `directories`: those in which something may be made; on this machine, links not followed. */
const noteSchema = z.strictObject({ token: z.string().regex(/^[0-9a-f]{12}$/), directories: z.array(z.string()) })

/** Where the things that are installed together are made: one directory of our own in each that gets some of them. */
export class Staging {
  readonly token = randomBytes(6).toString('hex')
  readonly #given = new Set<string>()
  readonly #made = new Map<string, Promise<string>>()

  /** Where what is to come to `target` is made first. Its directory is there. Fails as node:fs does. */
  async beside(target: string): Promise<string> {
    // Where that is now: a link on the way may lead elsewhere once what comes before is in place.
    const directory = await realpath(dirname(target))
    const made = this.#made.get(directory) ?? this.#make(directory)
    this.#made.set(directory, made)
    const beside = join(await made, basename(target))
    // The second for one place waits under a number.
    const own = this.#given.has(beside) ? join(await made, `${this.#given.size}`) : beside
    this.#given.add(own)
    return own
  }

  async #make(directory: string): Promise<string> {
    const own = join(directory, temporaryName(this.token))
    await mkdir(own, { mode: 0o700 })
    return own
  }

  /** When all that was made in a directory, which is no link, has come to its place. */
  async leave(target: string): Promise<void> {
    const directory = await realpath(target)
    await this.#made
      .get(directory)
      ?.then(rmdir)
      .catch(() => undefined)
    this.#made.delete(directory)
  }

  /** When all of it has come to its place or was discarded. */
  async clear(): Promise<void> {
    for (const made of this.#made.values()) await made.then(rmdir).catch(() => undefined)
    this.#made.clear()
  }
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

  /** Removes what an earlier run of the daemon has left; where it was. */
  async removeLeft(): Promise<readonly string[]> {
    const removed = new Set<string>()
    for (const { token, directories } of this.#read()) {
      for (const directory of directories) {
        const left = join(await realpath(directory).catch(() => directory), temporaryName(token))
        const isGone = await rm(left, { recursive: true }).then(
          () => true,
          () => false,
        )
        if (isGone) removed.add(left)
      }
    }
    this.#forget()
    return [...removed]
  }

  #read(): readonly z.infer<typeof noteSchema>[] {
    try {
      return readFileSync(this.#path, 'utf8').split('\n').flatMap(parseNote)
    } catch {
      return []
    }
  }

  /** Not synced: what is not there is not removed again. */
  #forget(): void {
    try {
      truncateSync(this.#path)
    } catch {
      // It was never made, or its disk is gone: then it is forgotten the next time.
    }
  }
}

/** Nothing for a last line that was torn: nothing was made before it was whole. */
function parseNote(line: string): readonly z.infer<typeof noteSchema>[] {
  try {
    return [noteSchema.parse(JSON.parse(line))]
  } catch {
    return []
  }
}
