/** Puts what is written beside its place there, and takes that back. */
import { closeSync, constants, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errnoCode, sha256Hex } from '../../base/index.ts'
import { syncPath } from '../program/index.ts'
import { setAttributes } from './attributes.io.ts'
import { type Place, pathOf } from './place.io.ts'
import type { Action, Attributes, Present, Wanted } from './plan.ts'

/** One entry, and what is to be done about it. */
export interface Task {
  readonly wanted: Wanted
  readonly place: Place
  readonly present: Present | undefined
  readonly action: Action
  /** Of the directories that have to be made for it, by their place in the list. */
  readonly parents: readonly Attributes[]
}

export interface Staged {
  readonly task: Task
  /** What is to be renamed; undefined where only mode and owner are set. */
  readonly beside: string | undefined
}

export interface Done extends Staged {
  /** What was there, under a name of its own; undefined for nothing, and on a disk that has no second names. */
  readonly old: string | undefined
}

/** Not the name of the file itself: what is left after a crash must not be read by whatever reads the directory. */
export const temporaryName = /^\.isync-(\d+)-[0-9a-f]{16}$/

export const temporaryPath = (directory: string, name: string): string =>
  join(directory, `.isync-${process.pid}-${sha256Hex(name).slice(0, 16)}`)

/** Nobody may write to an immutable file, nor put another one in its place. Fails as node:fs does. */
export function mustBeReplaceable({ place, present }: Task): void {
  if (present?.kind !== 'file') return
  try {
    closeSync(openSync(pathOf(place), constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK))
  } catch (error) {
    // All others, a program that runs among them, are replaced.
    if (errnoCode(error) === 'EPERM') throw error
  }
}

/** Fails as node:fs does. */
export function commit({ task, beside }: Staged): Done {
  const { wanted, place, present, action } = task
  const path = pathOf(place)
  if (action === 'attributes' && present !== undefined) setAttributes(path, wanted, present)
  if (beside === undefined) return { task, beside, old: undefined }
  const old = present === undefined ? undefined : secondName(path, place)
  try {
    renameSync(beside, path)
  } catch (error) {
    if (old !== undefined) rmSync(old, { force: true })
    throw error
  }
  syncPath(dirname(path))
  return { task, beside, old }
}

function secondName(path: string, { name }: Place): string | undefined {
  const old = temporaryPath(dirname(path), `${name} before`)
  try {
    rmSync(old, { force: true })
    linkSync(path, old)
    return old
  } catch {
    return undefined
  }
}

/** What cannot be taken back stays: the next isync does the rest. */
export function undo({ task: { wanted, place, present, action }, beside, old }: Done): void {
  const path = pathOf(place)
  try {
    if (action === 'attributes' && present !== undefined)
      setAttributes(path, { ...wanted, ...attributesOf(present) }, present)
    if (old !== undefined) renameSync(old, path)
    else if (beside !== undefined && present === undefined) rmSync(path, { force: true })
  } catch {
    // It is told by the failure that has brought us here.
  }
}

const attributesOf = ({ mode, uid, gid }: Present): Attributes => ({ mode, uid, gid })
