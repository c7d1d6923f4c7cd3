/** Puts the planned entries in place as isconf does: all are made beside their places first, and then renamed. */
import { linkSync } from 'node:fs'
import { rename, rm, rmdir } from 'node:fs/promises'
import type { Entry } from '../../base/directory.io.ts'
import { errnoCode, IsconfError } from '../../base/index.ts'
import { keepCopy } from '../../base/kept.io.ts'
import type { Walk } from '../../base/walk.io.ts'
import {
  makeParent,
  type Prepared,
  prepareBeside,
  refusalText,
  type Staging,
  syncDirectory,
} from '../../machine/index.ts'
import type { Layout } from '../program/index.ts'
import { makeEntry, mustBeReplaceable, setAttributes } from './entry.io.ts'
import { type Place, unwritable } from './place.io.ts'
import type { Action, Attributes, Present, Wanted } from './plan.ts'
import { remember } from './record.io.ts'
import { stagingNoted } from './staging.io.ts'

/** One entry, and what is to be done about it. */
export interface Task {
  readonly wanted: Wanted
  readonly place: Place
  readonly present: Present | undefined
  readonly action: Action
  /** Of the directories that have to be made for it. */
  readonly parents: readonly (Attributes & { readonly path: string })[]
}

/** All; nothing when a part of it cannot be written. Gives the copies of what was overwritten. FILE_UNWRITABLE, DISK_FULL. */
export function installAll(tasks: readonly Task[], walk: Walk, layout: Layout): Promise<ReadonlyMap<Task, string>> {
  const directories = tasks.flatMap(({ place: { directory, path, missing } }) => [
    directory.path,
    ...missing.map((_, index) =>
      path
        .split('/')
        .slice(0, -1 - index)
        .join('/'),
    ),
  ])
  return stagingNoted(layout.installing, [...new Set(directories)], async (staging) => {
    const installation = new Installation(walk, staging, layout)
    try {
      for (const task of tasks) await installation.prepare(task)
      for (const task of tasks) await installation.place(task)
      await installation.sync()
      return installation.copies
    } catch (error) {
      await installation.undo()
      throw await installFailure(error, installation.path, installation.disk)
    } finally {
      await installation.forget()
    }
  })
}

class Installation {
  /** What is written at the moment, for a message. */
  path = ''
  /** Where on the disk that is written to. */
  disk = ''
  readonly copies = new Map<Task, string>()
  readonly #how: { readonly walk: Walk; readonly staging: Staging; readonly numbersOf: <T>(owner: T) => T }
  readonly #layout: Layout
  readonly #made: Entry[] = []
  readonly #prepared = new Map<Task, { readonly target: Entry; readonly beside: Prepared | undefined }>()
  /** What was there before, under names in the directories where things are made. */
  readonly #old: string[] = []
  /** What takes back what was done. */
  readonly #undoing: (() => Promise<void>)[] = []
  /** Paths of directories in which names have changed. */
  readonly #changed = new Set<string>()

  constructor(walk: Walk, staging: Staging, layout: Layout) {
    this.#how = { walk, staging, numbersOf: (owner) => owner }
    this.#layout = layout
  }

  async prepare(task: Task): Promise<void> {
    const { wanted, place, action, parents } = task
    this.#begin(task, place.path)
    const isNew = action === 'install' || action === 'overwrite'
    for (const one of wanted.kind === 'directory' && isNew ? [...parents, wanted] : parents) {
      const { path, mode, uid, gid } = one
      const made = await makeParent({ path: `/${path}`, mode, owner: { uid, gid, user: '', group: '' } }, this.#how)
      if (made === undefined) continue
      this.#made.push(made)
      this.#changed.add(made.directory.self)
    }
    const target = place.entry ?? (await this.#how.walk.entry(`/${wanted.path}`))
    mustBeReplaceable(target, task.present)
    const how = { attributes: { path: wanted.path }, staging: this.#how.staging, kept: undefined }
    const beside =
      wanted.kind !== 'directory' && isNew
        ? await prepareBeside(target, wanted.kind, how, (path) => makeEntry(wanted, path))
        : undefined
    this.#prepared.set(task, { target, beside })
  }

  async place(task: Task): Promise<void> {
    const { wanted, present, action } = task
    const { target, beside } = this.#prepared.get(task) ?? {}
    if (target === undefined) return
    this.#begin(task, this.#layout.home)
    if (action === 'overwrite') this.copies.set(task, await keepCopy(target.at, this.#layout.kept, wanted.path))
    // Before it is done: whatever happens then, what is there afterwards is known to be isync's own.
    const own = present !== undefined && action === 'install' ? [present.content] : []
    if (wanted.kind !== 'directory') await remember(this.#layout.installed, wanted.path, [wanted.content, ...own])
    this.#begin(task, target.path)
    if (action === 'attributes' && present !== undefined) {
      await setAttributes(target, wanted, present)
      this.#undoing.push(() => setAttributes(target, present, present))
    }
    if (beside === undefined) return
    const old = present && (await this.#secondName(target))
    await beside.place()
    this.#changed.add(target.directory.self)
    if (old !== undefined) this.#undoing.push(() => rename(old, target.at))
    else if (present === undefined) this.#undoing.push(() => rm(target.at))
  }

  async sync(): Promise<void> {
    for (const path of this.#changed) await syncDirectory(path)
  }

  /** What cannot be taken back stays, and the next isync does the rest: the failure that has brought us here tells of it. */
  async undo(): Promise<void> {
    for (const one of this.#undoing.reverse()) await one().catch(() => undefined)
    for (const { beside } of this.#prepared.values()) await beside?.discard()
    await this.forget()
    // Another isync may have put something into one meanwhile.
    for (const { at } of this.#made.reverse()) await rmdir(at).catch(() => undefined)
  }

  /** Nothing can be taken back after this. */
  async forget(): Promise<void> {
    for (const old of this.#old.splice(0)) await rm(old, { force: true })
    await this.#how.staging.clear()
  }

  #begin({ place }: Task, disk: string): void {
    this.path = place.path
    this.disk = disk
  }

  /** By which it can be put back; undefined on a disk that has no second names. */
  async #secondName(target: Entry): Promise<string | undefined> {
    try {
      const old = await this.#how.staging.beside(target)
      linkSync(target.at, old)
      this.#old.push(old)
      return old
    } catch {
      return undefined
    }
  }
}

/** A failure of node:fs, as a person is told it; anything else as it is. `disk` is a place on the disk it was about. */
export async function installFailure(error: unknown, path: string, disk: string): Promise<unknown> {
  if (!(error instanceof Error) || error instanceof IsconfError) return error
  const message = `cannot install ${path}: ${await refusalText(error, disk)}`
  if (!['ENOSPC', 'EDQUOT'].includes(errnoCode(error) ?? '')) return unwritable(message, error)
  return new IsconfError('DISK_FULL', message, { cause: error, hint: 'make room there; nothing was installed' })
}
