/** `snap`: records what is at some paths now, or that nothing is there, for every host of the branch. */
import { posix } from 'node:path'
import { type BlobRef, IsconfError, invariant, Progress, toIsconfError, unreachable } from '../base/index.ts'
import { recordedPaths } from '../branch/index.ts'
import type { SnapOperation } from '../journal/index.ts'
import { type Entry, type FileEntry, HardLinks, type Inspection, type Machine } from '../machine/index.ts'
import { keepFiles } from './keep-files.ts'
import { refuseRebooting } from './reboot.ts'
import { recordedBefore, type WhatIsGone } from './recorded-before.ts'
import { clearUndone, noteUndone } from './unrecorded.ts'
import { type OriginDeps, requireWork } from './work.ts'

export interface SnapRequest {
  readonly user: string
  /** The caller's current directory on this machine. */
  readonly cwd: string
  readonly paths: readonly string[]
  /** A host that catches up needs only the newest version of these files. */
  readonly latest?: boolean | undefined
  /**
   * What the other hosts do with paths that were recorded below a directory before and are gone here: remove or keep
   * them.
   */
  readonly gone?: WhatIsGone
}

/** Hears what `snap` does while it does it. */
export interface SnapListener {
  progress(doneBytes: number, totalBytes: number): void
  remark(text: string): void
}

/** What was recorded: each path that was asked for, and the paths whose removal came first. */
export interface SnapResult {
  readonly snapped: readonly Snapped[]
  readonly removed: readonly Removed[]
}

/** One path that was asked for, and what was found there. */
export interface Snapped {
  readonly path: string
  /** The last is that of the path itself. */
  readonly entries: readonly Entry[]
}

/** How much the journal roughly adds to what is seen of a file. */
const blobMembersBytes = 200

/**
 * Keeps the bytes of the files and notes the operations: all of them, or none if one fails. The failures of {@link
 * requireWork} and of looking and reading, PATHS_GONE, KIND_CHANGED and WIP_FULL.
 */
export async function snap(
  deps: OriginDeps,
  request: SnapRequest,
  listener: SnapListener,
  signal: AbortSignal,
): Promise<SnapResult> {
  const { machine, work, clock } = deps
  const paths = request.paths.map((path) => machine.journalPath(path, request.cwd))
  // The files first, as in 4.2: what is not there is wrong with a lock and without.
  for (const path of paths) await machine.refuseSnapshot(path)
  requireWork(deps, request.user)
  await refuseRebooting(deps)
  const latest = request.latest === true
  const inspections: Inspection[] = []
  const links = new HardLinks()
  for (const path of paths) inspections.push(await machine.inspect(path, links))
  const entries = inspections.flatMap((inspection) => inspection.entries)
  if (latest) for (const entry of entries) refuseNoFile(entry)
  const before = await recordedBefore(
    await recordedPaths(deps.branch, work.operations),
    { tops: paths, entries, whatIsGone: request.gone },
    machine,
  )
  const shared = inspections.flatMap(({ entries }) => sharedRemark(machine, entries.at(-1)))
  for (const remark of new Set([
    ...before.remarks,
    ...shared,
    ...inspections.flatMap(({ remarks }) => remarks),
    ...links.remarks,
  ]))
    listener.remark(remark)
  work.refuseWithoutRoom(entries.reduce((sum, entry) => sum + JSON.stringify(entry).length + blobMembersBytes, 0))
  const totalBytes = entries.reduce((sum, entry) => sum + (hasContent(entry) ? entry.sizeBytes : 0), 0)
  const progress = new Progress(clock, totalBytes, (done, total) => listener.progress(done, total))
  const operations: SnapOperation[] = [...before.changed, ...before.gone].map(removalOf)
  const blobByPath = new Map<string, BlobRef>()
  for (const inspection of inspections) {
    const files = inspection.entries.filter(hasContent)
    const read = (file: FileEntry): AsyncIterable<Uint8Array> => progress.count(inspection.read(file), signal)
    const blobs = await keepFiles(deps.store, files, read)
    for (const [{ path }, blob] of blobs) blobByPath.set(path, blob)
    operations.push(...inspection.entries.map((entry) => operationOf(entry, blobByPath, latest)))
  }
  for (const inspection of inspections) await inspection.confirm()
  await work.addAll(operations)
  await clearUndone(deps, operations)
  return {
    snapped: inspections.map((inspection, index) => ({ path: paths[index] ?? '', entries: inspection.entries })),
    removed: before.gone.map((path) => ({ path, here: false })),
  }
}

/** One path whose removal was asked for. */
export interface Removed {
  readonly path: string
  /** Whether something was there. */
  readonly here: boolean
}

/** Removes what is at the paths and notes it. The failures of {@link requireWork} and of removing. */
export async function snapRemoval(deps: OriginDeps, request: SnapRequest): Promise<readonly Removed[]> {
  const { machine, work } = deps
  requireWork(deps, request.user)
  await refuseRebooting(deps)
  const paths = request.paths.map((path) => machine.journalPath(path, request.cwd))
  for (const path of paths) await machine.refuseRemoval(path)
  const operations = paths.map(removalOf)
  work.refuseWithoutRoom(JSON.stringify(operations).length)
  const removed: Removed[] = []
  try {
    for (const path of paths) removed.push({ path, here: await machine.remove(path) })
    await work.addAll(operations)
  } catch (thrown) {
    const gone = removed.flatMap(({ path, here }) => (here ? [path] : []))
    if (gone.length === 0) throw thrown
    const removals = gone.map(removalOf)
    // What keeps it from being recorded may keep this from being noted, too: then it is only told.
    await noteUndone(deps, removals).catch(() => undefined)
    const { code, message } = toIsconfError(thrown)
    throw new IsconfError(code, `${gone.join(', ')}: removed here, and not recorded: ${message}`, { cause: thrown })
  }
  await clearUndone(deps, operations)
  return removed
}

/**
 * A remark about a file that other users can change. What users keep in a directory of their own is theirs to change;
 * what belongs to root is not.
 */
function sharedRemark(machine: Machine, entry: Entry | undefined): readonly string[] {
  if (entry?.owner.uid !== 0) return []
  const who = machine.sharedWith(posix.dirname(entry.path))
  return who === undefined ? [] : [`${entry.path} is root's, and others can put something else in its place: ${who}`]
}

function removalOf(path: string): SnapOperation {
  return { type: 'snap', kind: 'removal', path }
}

function refuseNoFile({ kind, path }: Entry): void {
  if (kind === 'file') return
  const what = kind === 'directory' ? 'directory' : 'symbolic link'
  throw new IsconfError('NOT_A_FILE', `--latest is for regular files, and ${path} is a ${what}`)
}

/** Whether the content of a file is read: of several names of one file, only of the first. */
function hasContent(entry: Entry): entry is FileEntry {
  return entry.kind === 'file' && entry.hardlink === undefined
}

function operationOf(entry: Entry, blobByPath: ReadonlyMap<string, BlobRef>, latest: boolean): SnapOperation {
  const parents = entry.parents.map((parent) => ({ ...parent }))
  switch (entry.kind) {
    case 'file': {
      const { sizeBytes: _, xattrs, ...attributes } = entry
      const blob = blobByPath.get(entry.hardlink ?? entry.path)
      invariant(blob !== undefined, 'every file that is recorded is kept before')
      const marks = { ...(xattrs ? { xattrs: { ...xattrs } } : {}), ...(latest ? { latest } : {}) }
      return { type: 'snap', ...attributes, parents, blob, ...marks }
    }
    case 'directory': {
      const { xattrs, ...attributes } = entry
      return { type: 'snap', ...attributes, parents, ...(xattrs ? { xattrs: { ...xattrs } } : {}) }
    }
    case 'symlink':
      return { type: 'snap', ...entry, parents }
    default:
      return unreachable(entry)
  }
}
