/**
 * Stamps: a file for each step that is done, in the directory where make runs.
 *
 * What must hold whenever the power may fail: a stamp that is there says that
 * its step is done, and that nothing it needs has been done since. So before
 * make begins, stamps of which that will not be true any more are removed;
 * what is to be done is then told by what is missing, and never by times.
 */
import {
  type Dirent,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  utimesSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { diskAtOnce } from '../../base/disk.io.ts'
import { diskFailure, errnoCode } from '../../base/index.ts'

export interface Stamp {
  /** The target, with its directories. */
  readonly name: string
  readonly changedMs: number
}

/** All stamps, by name. Names that begin with a dot are none. */
export function stampsIn(directory: string): readonly Stamp[] {
  const stamps: Stamp[] = []
  const look = (below: string): void => {
    for (const entry of entriesOf(join(directory, below))) {
      const name = join(below, entry.name)
      if (entry.name.startsWith('.')) continue
      if (entry.isDirectory()) look(name)
      else {
        // A step that a killed run has left behind may remove it meanwhile.
        const found = lstatSync(join(directory, name), { throwIfNoEntry: false })
        if (found) stamps.push({ name, changedMs: found.mtimeMs })
      }
    }
  }
  look('')
  return stamps.sort((one, other) => (one.name < other.name ? -1 : 1))
}

function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw diskFailure('read', directory, error)
  }
}

const isErrno = (error: unknown, ...codes: readonly string[]): boolean => codes.includes(errnoCode(error) ?? '')

/** Whether there is a file of that name; make asks also for those elsewhere, with a `/` in front. */
export const stampExists = (directory: string, name: string): boolean => existsSync(resolve(directory, name))

/** What a note beside the stamps holds, however many steps it names; undefined when there is none. */
export function noteIn(directory: string, name: string): string | undefined {
  const path = join(directory, name)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw diskFailure('read', path, error)
  }
}

/** Durable when it returns. */
export async function removeStamps(directory: string, names: readonly string[]): Promise<void> {
  for (const name of names) await diskAtOnce.remove(join(directory, name))
}

/**
 * Removes what steps that are not done have left under their names: files, directories, and the directories that they
 * were in when nothing else is there, for to make each is a stamp. Durable after the next sync of the disk.
 */
export function removeTargets(directory: string, names: readonly string[]): void {
  for (const name of names) {
    const path = resolve(directory, name)
    // A target elsewhere, as /etc/motd, is no stamp.
    if (!path.startsWith(`${directory}/`)) continue
    try {
      // rmSync would not say by a code why it fails.
      if (lstatSync(path, { throwIfNoEntry: false })) rmSync(path, { recursive: true, force: true })
      removeEmpty(directory, dirname(path))
    } catch (error) {
      // Below another stamp there is nothing, nor under a name that no disk takes.
      if (isErrno(error, 'ENOTDIR', 'ENAMETOOLONG')) continue
      throw diskFailure('remove', path, error)
    }
  }
}

function removeEmpty(top: string, directory: string): void {
  for (let empty = directory; empty !== top; empty = dirname(empty)) {
    try {
      rmdirSync(empty)
    } catch (error) {
      if (isErrno(error, 'ENOTEMPTY', 'ENOENT')) return
      throw error
    }
  }
}

/** Gives all stamps the same time, so that none is older than what it needs. */
export function touchStamps(directory: string, stamps: readonly Stamp[], atMs: number): void {
  // A whole second, which every file system can keep, and which is not in the future.
  const seconds = Math.floor(atMs / 1000)
  for (const { name } of stamps) {
    const path = join(directory, name)
    try {
      utimesSync(path, seconds, seconds)
    } catch (error) {
      // A link to nothing: for make there is no such file either.
      if (isErrno(error, 'ENOENT')) continue
      throw diskFailure('touch', path, error)
    }
  }
}

/** `touch etc/name` needs the directory etc. Not where that is the name of a step: it would count as done. */
export function makeStampDirectories(directory: string, targets: ReadonlySet<string>): void {
  for (const target of targets) {
    const below = dirname(target)
    if (below === '.' || target.startsWith('/') || target.split('/').includes('..')) continue
    if (prefixesOf(below).some((prefix) => targets.has(prefix))) continue
    try {
      mkdirSync(join(directory, below), { recursive: true, mode: 0o700 })
    } catch (error) {
      // The stamp of a step that is no more, or a name that no disk takes: only the step that needs the directory fails.
      if (isErrno(error, 'EEXIST', 'ENOTDIR', 'ENAMETOOLONG')) continue
      throw diskFailure('make', join(directory, below), error)
    }
  }
}

/** `a/b` and `a` of `a/b`. */
function prefixesOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'))
}
