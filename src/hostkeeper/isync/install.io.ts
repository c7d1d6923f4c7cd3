/** Puts the planned entries in place: everything is written beside its place first, and then renamed. */
import {
  closeSync,
  fsyncSync,
  lchownSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { diskFailure, errnoText, IsconfError, sha256Hex } from '../../base/index.ts'
import { hashOf, type Layout, removeLeftOvers, syncPath, writeAll } from '../program/index.ts'
import { giveAttributes, giveNewDirectory, setAttributes } from './attributes.io.ts'
import { keepCopy } from './kept.io.ts'
import { type Place, pathOf, statOf } from './place.io.ts'
import { type Action, type Attributes, type Content, fileContent, type Present, type Wanted } from './plan.ts'
import { remember } from './record.io.ts'

/** One entry, and what is to be done about it. */
export interface Task {
  readonly wanted: Wanted
  readonly place: Place
  readonly present: Present | undefined
  readonly action: Action
  /** Of the directories that have to be made for it, by their place in the list. */
  readonly parents: readonly Attributes[]
}

interface Staged {
  readonly task: Task
  /** What is to be renamed; undefined where only mode and owner are set. */
  readonly beside: string | undefined
}

/** All; nothing when a part of it cannot be written. Gives the copies of what was overwritten. FILE_UNWRITABLE, DISK_FULL. */
export async function installAll(tasks: readonly Task[], layout: Layout): Promise<ReadonlyMap<Task, string>> {
  const staged: Staged[] = []
  const made: string[] = []
  let at: Task | undefined
  try {
    for (const task of tasks) {
      at = task
      staged.push({ task, beside: stage(task, made) })
    }
    const copies = new Map<Task, string>()
    for (const one of staged) {
      at = one.task
      if (at.action === 'overwrite') copies.set(at, keepCopy(pathOf(at.place), layout.kept, at.wanted.path))
      await commit(one, layout)
    }
    return copies
  } catch (error) {
    for (const { beside } of staged) if (beside !== undefined) rmSync(beside, { force: true })
    for (const directory of made.reverse()) removeIfEmpty(directory)
    throw installFailure(error, at === undefined ? '' : pathOf(at.place))
  }
}

/** A failure of node:fs, as a person is told it; anything else as it is. */
export function installFailure(error: unknown, path: string): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error
  const failure = diskFailure('write', path, error)
  if (failure.code === 'DISK_FULL') return failure
  const where = 'path' in error ? `${error.path}: ` : ''
  const hint = 'correct it and run isync again'
  const message = `cannot install ${path}: ${where}${errnoText(error)}`
  return new IsconfError('FILE_UNWRITABLE', message, { cause: error, hint })
}

function stage(task: Task, made: string[]): string | undefined {
  const { wanted, place, action, parents } = task
  if (action !== 'install' && action !== 'overwrite') return undefined
  let directory = place.directory
  for (const [index, name] of place.missing.entries()) {
    directory = join(directory, name)
    makeDirectory(directory, parents[index] ?? wanted, made)
  }
  if (wanted.kind === 'directory') {
    makeDirectory(join(directory, place.name), wanted, made)
    return undefined
  }
  removeLeftOvers(directory, temporaryName, 'file')
  const beside = join(directory, `.isync-${process.pid}-${sha256Hex(place.name).slice(0, 16)}`)
  try {
    if (wanted.kind === 'symlink') stageLink(wanted, beside)
    else stageFile(wanted, beside)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
  return beside
}

/** Not the name of the file itself: what is left after a crash must not be read by whatever reads the directory. */
const temporaryName = /^\.isync-(\d+)-[0-9a-f]{16}$/

function makeDirectory(path: string, attributes: Attributes, made: string[]): void {
  if (statOf(path)?.isDirectory()) return
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another isync was faster.
    if (statOf(path)?.isDirectory()) return
    throw error
  }
  made.push(path)
  giveNewDirectory(path, attributes)
  syncPath(dirname(path))
}

function stageLink(wanted: Wanted, beside: string): void {
  symlinkSync(readlinkSync(wanted.source), beside)
  lchownSync(beside, wanted.uid, wanted.gid)
}

/** Readable by its new owner only when it is his: the bytes may be secret. */
function stageFile(wanted: Wanted, beside: string): void {
  const file = openSync(beside, 'wx', 0o600)
  try {
    const sha256 = hashOf(wanted.source, (bytes) => writeAll(file, bytes))
    if (fileContent(sha256) !== wanted.content) {
      const hint = 'nothing was installed; run isync again'
      throw new IsconfError('FILE_CHANGED', `${wanted.source} was changed while it was read`, { hint })
    }
    giveAttributes(file, wanted)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

async function commit({ task, beside }: Staged, layout: Layout): Promise<void> {
  const { wanted, place, present, action } = task
  const path = pathOf(place)
  const own: Content[] = present !== undefined && action === 'install' ? [present.content] : []
  if (wanted.kind !== 'directory') await remember(layout.installed, wanted.path, [wanted.content, ...own])
  if (action === 'attributes' && present !== undefined) setAttributes(path, wanted, present)
  if (beside === undefined) return
  renameSync(beside, path)
  syncPath(dirname(path))
}

/** Another isync may have put something into it meanwhile. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch {
    // It stays.
  }
}
