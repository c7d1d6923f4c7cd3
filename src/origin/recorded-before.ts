/**
 * What an earlier snapshot leaves on the other hosts: paths that are gone here, and paths that are of another kind now,
 * which would stop every other host. See docs/design/snapped-again.md.
 */
import { posix } from 'node:path'
import { IsconfError } from '../base/index.ts'
import type { RecordedPaths } from '../branch/index.ts'
import type { Entry, Machine } from '../machine/index.ts'

/**
 * What becomes of paths that were recorded below a directory and are gone: they are removed on the other hosts too, or
 * kept.
 */
export type WhatIsGone = 'mirror' | 'keep' | undefined

export interface RecordedBefore {
  /** Paths that are of another kind now: their removal must be recorded first. */
  readonly changed: readonly string[]
  /** Paths that are gone and are to be removed on the other hosts. */
  readonly gone: readonly string[]
  /** What a person should know. */
  readonly remarks: readonly string[]
}

const firstText = 'the other hosts remove it first'
/** How many paths are named; of the others only the number is told. */
const namedMax = 5

/**
 * What must be recorded before these entries; `tops` are the paths that were asked for. PATHS_GONE, KIND_CHANGED if a
 * person has to say what is meant.
 */
export async function recordedBefore(
  recorded: RecordedPaths,
  { tops, entries, whatIsGone }: { tops: readonly string[]; entries: readonly Entry[]; whatIsGone: WhatIsGone },
  machine: Pick<Machine, 'stateOf'>,
): Promise<RecordedBefore> {
  const directories = directoriesIn(recorded)
  const wereDirectories = entries.filter(({ kind, path }) => kind !== 'directory' && directories.has(path))
  const nowDirectories = [
    ...entries.flatMap(({ kind, path }) => (kind === 'directory' ? [path] : [])),
    ...(await directoriesAbove(tops, recorded, machine)),
  ].filter((path) => isNoDirectory(recorded, path))
  const changed = wereDirectories.map(({ path }) => path)
  const gone = topmost(await goneBelow(tops, entries, recorded, machine), changed)
  if (whatIsGone !== 'mirror' && changed.length > 0) {
    throw new IsconfError('KIND_CHANGED', `recorded as a directory, and no directory now: ${listed(changed)}`)
  }
  if (whatIsGone === undefined && gone.length > 0)
    throw new IsconfError('PATHS_GONE', `recorded before, and gone here: ${listed(gone)}`)
  return {
    changed: [...nowDirectories, ...changed],
    gone: whatIsGone === 'mirror' ? gone : [],
    remarks: [
      ...nowDirectories.map((path) => `${path} was a ${textOf(recorded, path)} and is a directory now: ${firstText}`),
      ...changed.map((path) => `${path} was a directory and is none now: ${firstText}`),
    ],
  }
}

/** The directories that hosts have: those that were recorded, and those that something was recorded below. */
function directoriesIn(recorded: RecordedPaths): ReadonlySet<string> {
  const directories = new Set<string>()
  for (const [path, kind] of recorded) {
    if (kind === 'directory') directories.add(path)
    for (let above = posix.dirname(path); above !== '/' && !directories.has(above); above = posix.dirname(above))
      if (!isNoDirectory(recorded, above)) directories.add(above)
  }
  return directories
}

function isNoDirectory(recorded: RecordedPaths, path: string): boolean {
  return recorded.has(path) && recorded.get(path) !== 'directory'
}

/**
 * Directories above the paths that were recorded as something else. A link that leads to a directory is still a link.
 */
async function directoriesAbove(
  tops: readonly string[],
  recorded: RecordedPaths,
  machine: Pick<Machine, 'stateOf'>,
): Promise<readonly string[]> {
  const above = new Set<string>()
  for (const top of tops)
    for (let path = posix.dirname(top); path !== '/'; path = posix.dirname(path))
      if (isNoDirectory(recorded, path) && (await machine.stateOf(path))?.kind === 'directory') above.add(path)
  return [...above]
}

/** Paths that were recorded below directories that are now recorded again, and are not there any more; by name. */
async function goneBelow(
  tops: readonly string[],
  entries: readonly Entry[],
  recorded: RecordedPaths,
  machine: Pick<Machine, 'stateOf'>,
): Promise<readonly string[]> {
  const here = new Set(entries.map(({ path }) => path))
  const isBelow = (path: string): boolean => tops.some((top) => path.startsWith(top === '/' ? '/' : `${top}/`))
  const gone: string[] = []
  for (const path of recorded.keys())
    if (!here.has(path) && isBelow(path) && (await machine.stateOf(path)) === undefined) gone.push(path)
  return gone.sort()
}

/** The paths without those that lie below another of them, or below one of `others`. */
function topmost(paths: readonly string[], others: readonly string[]): readonly string[] {
  const all = new Set([...paths, ...others])
  return paths.filter((path) => {
    for (let above = posix.dirname(path); above !== '/'; above = posix.dirname(above)) if (all.has(above)) return false
    return true
  })
}

function listed(paths: readonly string[]): string {
  const more = paths.length - namedMax
  return `${paths.slice(0, namedMax).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function textOf(recorded: RecordedPaths, path: string): string {
  return recorded.get(path) === 'symlink' ? 'symbolic link' : 'file'
}
