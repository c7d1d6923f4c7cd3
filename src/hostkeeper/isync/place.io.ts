/**
 * Where a path lies below the root. Symbolic links in the directories above it are followed as if the root were /,
 * so that nothing outside of it is ever touched, and /bin may be a link to usr/bin.
 */
import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { errnoText, IsconfError } from '../../base/index.ts'

export interface Place {
  /** The directory, as far as it is there: no part of it is a symbolic link. */
  readonly directory: string
  /** The names of directories below it that are still to be made. */
  readonly missing: readonly string[]
  /** The last name of the path. */
  readonly name: string
}

/** What Linux allows, too. */
const linksMax = 40

/** `root` is absolute and real, `path` relative to it and without `..`. FILE_UNWRITABLE. */
export function placeOf(root: string, path: string): Place {
  const names = path.split('/')
  const name = names.pop() ?? ''
  return { ...directoryOf(root, names), name }
}

/** Where the file itself is, or will be. */
export function pathOf({ directory, missing, name }: Place): string {
  return join(directory, ...missing, name)
}

function directoryOf(root: string, names: readonly string[]): Omit<Place, 'name'> {
  const pending = [...names]
  const real: string[] = []
  /** How many of the pending names are the path's own, and not those of a link on the way. */
  let own = pending.length
  let links = 0
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      real.pop()
      continue
    }
    const here = join(root, ...real, name)
    const stat = lookAtDirectory(here)
    if (stat === undefined) {
      if (pending.length + 1 > own) throw unwritable(`${here} is named by a symbolic link, and is not there`)
      return { directory: join(root, ...real), missing: [name, ...pending] }
    }
    own = Math.min(own, pending.length)
    if (!stat.isSymbolicLink()) {
      real.push(name)
      continue
    }
    links += 1
    const target = linkTarget(here, stat, links)
    if (target.startsWith('/')) real.length = 0
    pending.unshift(...target.split('/'))
  }
  return { directory: join(root, ...real), missing: [] }
}

/** Undefined when nothing is there. */
function lookAtDirectory(path: string): Stats | undefined {
  const stat = statOf(path)
  if (stat && !stat.isDirectory() && !stat.isSymbolicLink()) throw unwritable(`${path} is not a directory`)
  return stat
}

/** Whoever may put a link into a directory on the way must not decide where root writes. */
function linkTarget(path: string, stat: Stats, links: number): string {
  if (links > linksMax) throw unwritable(`${path} leads through more than ${linksMax} symbolic links`)
  if (stat.uid !== 0 && stat.uid !== process.geteuid?.())
    throw unwritable(`${path} is a symbolic link that belongs to user ${stat.uid}`)
  return readlinkSync(path)
}

/** Undefined when nothing is there. */
export function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw unwritable(`cannot look at ${path}: ${errnoText(error)}`, error)
  }
}

export function unwritable(message: string, cause?: unknown): IsconfError {
  const hint = 'nothing was installed; correct it and run isync again'
  return new IsconfError('FILE_UNWRITABLE', message, { cause, hint })
}
