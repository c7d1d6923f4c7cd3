/** Where a path lies below the root: in a directory that is open, so that what was looked at is what is written to. */
import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Directory, Entry } from '../../base/directory.io.ts'
import { errnoCode, errnoText, IsconfError } from '../../base/index.ts'
import type { Walk } from '../../base/walk.io.ts'
import { asItIs, hashOf } from '../program/index.ts'
import { fileContent, identityOf, linkContent, type Present } from './plan.ts'

export interface Place {
  /** Where it is, or will be; no part of its directory is a link. */
  readonly path: string
  /** Undefined when its directory is still to be made. */
  readonly entry: Entry | undefined
  /** The directory that it is in, or the nearest above it that is there. */
  readonly directory: Directory
  /** Directories that are to be made for it, from the top down, by their paths in the tree. */
  readonly missing: readonly string[]
}

/** `path` is that in the tree. FILE_UNWRITABLE, UNSAFE_LINK. */
export async function placeOf(walk: Walk, path: string): Promise<Place> {
  const missing: string[] = []
  for (let above = dirname(path); ; above = dirname(above)) {
    const directory = await directoryAt(walk, above)
    if (directory === undefined) {
      missing.unshift(above)
      continue
    }
    const [first] = missing
    if (first === undefined) {
      const entry = new Entry(directory, basename(path))
      return { path: entry.path, entry, directory, missing }
    }
    refuseInTheWay(new Entry(directory, basename(first)))
    return {
      path: join(directory.path, basename(first), path.slice(first.length)),
      entry: undefined,
      directory,
      missing,
    }
  }
}

/** A link to a directory serves where the tree has one: /bin may be a link to usr/bin. FILE_UNWRITABLE, UNSAFE_LINK. */
export async function directoryPlace(walk: Walk, path: string): Promise<Place> {
  const directory = await directoryAt(walk, path)
  if (directory === undefined) return placeOf(walk, path)
  return { path: directory.path, entry: new Entry(directory, '.'), directory, missing: [] }
}

/** Undefined when there is none: what stands there instead is told by who looks for it. */
async function directoryAt(walk: Walk, path: string): Promise<Directory | undefined> {
  try {
    return await walk.directory(`/${path}`)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '')) return undefined
    throw error instanceof IsconfError
      ? error
      : unwritable(`cannot go to ${join(walk.root, path)}: ${errnoText(error)}`)
  }
}

function refuseInTheWay({ at, path }: Entry): void {
  const found = statOf(at, path)
  if (found?.isSymbolicLink()) throw unwritable(`${path} is a symbolic link to nothing, or to no directory`)
  if (found !== undefined) throw unwritable(`${path} is not a directory`)
}

/** Undefined when nothing is there. */
export function presentAt({ at, path }: Entry): Present | undefined {
  const stat = statOf(at, path)
  if (stat === undefined) return undefined
  const attributes = { mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, identity: identityOf(stat) }
  if (stat.isFile()) return { ...attributes, kind: 'file', content: fileContent(hashOf(at, undefined, asItIs)) }
  if (stat.isSymbolicLink()) return { ...attributes, kind: 'symlink', content: linkContent(readlinkSync(at)) }
  return { ...attributes, kind: stat.isDirectory() ? 'directory' : 'other', content: '' }
}

function statOf(at: string, path: string): Stats | undefined {
  try {
    return lstatSync(at, { throwIfNoEntry: false })
  } catch (error) {
    throw unwritable(`cannot look at ${path}: ${errnoText(error)}`, error)
  }
}

export function unwritable(message: string, cause?: unknown): IsconfError {
  const hint = 'nothing was installed; correct it and run isync again'
  return new IsconfError('FILE_UNWRITABLE', message, { cause, hint })
}
