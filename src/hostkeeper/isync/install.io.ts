/** Puts the planned entries in place: everything is written beside its place first, and then renamed. */
import {
  closeSync,
  fsyncSync,
  lchownSync,
  mkdirSync,
  openSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { diskFailure, errnoText, IsconfError } from '../../base/index.ts'
import { keepCopy } from '../../base/kept.io.ts'
import { hashOf, type Layout, removeLeftOvers, syncPath, writeAll } from '../program/index.ts'
import { giveAttributes, giveNewDirectory } from './attributes.io.ts'
import {
  commit,
  type Done,
  mustBeReplaceable,
  type Staged,
  type Task,
  temporaryName,
  temporaryPath,
  undo,
} from './commit.io.ts'
import { pathOf, statOf } from './place.io.ts'
import { type Attributes, type Content, fileContent, type Wanted } from './plan.ts'
import { remember } from './record.io.ts'

/** All; nothing when a part of it cannot be written. Gives the copies of what was overwritten. FILE_UNWRITABLE, DISK_FULL. */
export async function installAll(tasks: readonly Task[], layout: Layout): Promise<ReadonlyMap<Task, string>> {
  const staged: Staged[] = []
  const made: string[] = []
  const done: Done[] = []
  const work = new Work()
  try {
    for (const task of tasks) {
      work.begin(task, task.place.directory)
      staged.push({ task, beside: stage(task, made) })
      mustBeReplaceable(task)
    }
    return await commitAll(staged, work, layout, done)
  } catch (error) {
    for (const one of done.reverse()) undo(one)
    for (const { beside } of staged) if (beside !== undefined) rmSync(beside, { force: true })
    for (const directory of made.reverse()) removeIfEmpty(directory)
    throw installFailure(error, work.path, work.disk)
  }
}

/** What is written at the moment, for a message. */
class Work {
  path = ''
  /** A directory on the disk that is written to. */
  disk = ''

  begin({ place }: Task, directory: string): void {
    this.path = pathOf(place)
    this.disk = directory
  }
}

async function commitAll(
  staged: readonly Staged[],
  work: Work,
  layout: Layout,
  done: Done[],
): Promise<ReadonlyMap<Task, string>> {
  const copies = new Map<Task, string>()
  for (const one of staged) {
    const { task } = one
    work.begin(task, layout.home)
    if (task.action === 'overwrite') copies.set(task, await keepCopy(work.path, layout.kept, task.wanted.path))
    await rememberTask(task, layout)
    work.begin(task, task.place.directory)
    done.push(commit(one))
  }
  for (const { old } of done) if (old !== undefined) rmSync(old, { force: true })
  return copies
}

/** A failure of node:fs, as a person is told it; anything else as it is. `disk` is a directory on the disk it was about. */
export function installFailure(error: unknown, path: string, disk: string): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error
  const failure = diskFailure('write', path, error)
  if (failure.code === 'DISK_FULL') {
    const hint = `make room on the disk of ${mountOf(disk)}; nothing was installed`
    return new IsconfError('DISK_FULL', failure.message, { cause: error, hint })
  }
  const where = 'path' in error ? `${error.path}: ` : ''
  const hint = 'nothing was installed; correct it and run isync again'
  const message = `cannot install ${path}: ${where}${errnoText(error)}`
  return new IsconfError('FILE_UNWRITABLE', message, { cause: error, hint })
}

/** Where the disk is mounted that an absolute path is on. */
function mountOf(path: string): string {
  const device = statSync(path).dev
  let top = path
  while (top !== '/' && statSync(dirname(top)).dev === device) top = dirname(top)
  return top
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
  const beside = temporaryPath(directory, place.name)
  try {
    if (wanted.kind === 'symlink') stageLink(wanted, beside)
    else stageFile(wanted, beside)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
  return beside
}

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
      throw new IsconfError('FILE_CHANGED', `${wanted.source} changed while it was read`, { hint })
    }
    giveAttributes(file, wanted)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Before it is done: whatever happens then, what is there afterwards is known to be isync's own. */
async function rememberTask({ wanted, present, action }: Task, layout: Layout): Promise<void> {
  const own: Content[] = present !== undefined && action === 'install' ? [present.content] : []
  if (wanted.kind !== 'directory') await remember(layout.installed, wanted.path, [wanted.content, ...own])
}

/** Another isync may have put something into it meanwhile. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch {
    // It stays.
  }
}
