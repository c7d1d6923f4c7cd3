/** What installing any kind of entry has in common: a name beside the target, missing parents, owner, attributes, time. */
import { constants, fchmodSync, fstatSync, futimesSync } from 'node:fs'
import { type FileHandle, lutimes, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises'
import type { Entry } from '../base/directory.io.ts'
import { errnoCode, IsconfError } from '../base/index.ts'
import type { Walk } from '../base/walk.io.ts'
import type { EntryAttributes, InstallReport, ParentAttributes, Xattrs } from './machine.ts'
import type { NumbersOf } from './owners.io.ts'
import { refusalText } from './refusal-text.io.ts'
import { type Keeping, Replacing, refuseOtherKind } from './replacing.io.ts'
import type { Staging } from './temporary-files.io.ts'
import { readXattrs, setXattrs } from './xattrs.io.ts'

export interface Install<Attributes extends EntryAttributes> {
  readonly attributes: Attributes
  /** Where a journal path is on this machine, for people. */
  readonly real: (path: string) => string
  /** Where it really is, whatever links somebody puts in the way. */
  readonly walk: Walk
  readonly numbersOf: NumbersOf
  /** Where things are made before they come to their places. */
  readonly staging: Staging
  /** The directory for copies of things of another kind that are replaced; undefined if they were kept before. */
  readonly kept: string | undefined
}

/** One entry on its way to its place. */
export interface Installing extends Install<EntryAttributes> {
  /** Makes it under a hidden name, on disk when this returns. Its parents are there. */
  readonly prepare: () => Promise<Prepared>
}

export interface Prepared {
  /** Puts it in place. It is on disk when `directory` is synced. */
  readonly place: () => Promise<void>
  readonly directory: string | undefined
  /** Undoes what was prepared and not placed. */
  readonly discard: () => Promise<void>
  /** What a person should know of how it came to its place. */
  readonly remarks?: () => readonly string[]
}

/** Lets `write` make an entry under a name of its own beside its target, from where a rename puts it in place. */
export async function prepareBeside(
  target: Entry,
  kind: Replacing['kind'],
  install: Keeping & Pick<Installing, 'staging'>,
  write: (beside: string) => Promise<void>,
): Promise<Prepared> {
  refuseOtherKind(target, kind)
  const beside = await install.staging.beside(target)
  const discard = (): Promise<undefined> => discardUnused(beside)
  try {
    await write(beside)
  } catch (error) {
    // It may never have been made; what kept it from that is what there is to tell.
    await discard()
    throw error
  }
  const replacing = new Replacing(target, kind, install)
  return {
    place: () => replacing.by(beside),
    directory: target.directory.self,
    discard,
    remarks: () => replacing.remarks,
  }
}

/** Removes what was made and not used: a file, a link or an empty directory. */
async function discardUnused(beside: string): Promise<undefined> {
  await unlink(beside)
    .catch(() => rmdir(beside))
    .catch(() => undefined)
}

/** The failure of an installation; `realPath` is where it is on this machine. */
export async function toInstallFailure(path: string, realPath: string, error: unknown): Promise<IsconfError> {
  if (error instanceof IsconfError) return error
  const reason = await refusalText(error, realPath)
  return new IsconfError('INSTALL_FAILED', `cannot install ${path}: ${reason}`, { cause: error })
}

/** What a person should know of an installation. */
export function reportOn(
  { attributes, numbersOf }: Install<EntryAttributes>,
  prepared: Prepared | undefined,
): InstallReport {
  const ownRemarks = prepared?.remarks?.() ?? []
  return {
    remarks: [...ownRemarks, ...remarksOnTime(attributes), ...remarksOnOwner(attributes, numbersOf(attributes.owner))],
  }
}

/**
 * Sets all attributes of an open file or directory, in an order in which nothing undoes what was set before. Most of it
 * is synchronous: the kernel has it in memory, and waiting for another thread takes many times as long.
 */
export async function setAttributes(
  handle: FileHandle,
  { attributes, numbersOf }: Install<EntryAttributes & { readonly mode: number; readonly xattrs?: Xattrs }>,
): Promise<void> {
  const { owner, mode, mtimeMs, path, xattrs = {} } = attributes
  // Even what was just made may have some, from its directory.
  const found = readXattrs(handle.fd, path) ?? {}
  // An access list that is not wanted goes before the mode is set: it would take a part of it.
  const kept = Object.entries(found).filter(([name]) => Object.hasOwn(xattrs, name))
  setXattrs(handle.fd, found, Object.fromEntries(kept))
  await setModeAndOwner(handle, { mode, ...numbersOf(owner) })
  // To change the owner also clears a capability, and to change the mode an access list.
  setXattrs(handle.fd, {}, xattrs)
  const changedSeconds = settableSeconds(mtimeMs)
  futimesSync(handle.fd, changedSeconds, changedSeconds)
}

/**
 * Makes a directory that is to hold an entry; undefined if it was there. It is durable when its own parent is synced.
 */
export async function makeParent(
  parent: ParentAttributes,
  install: Pick<Installing, 'walk' | 'staging' | 'numbersOf'>,
): Promise<Entry | undefined> {
  if (await isThere(parent.path, install.walk)) return undefined
  const place = await install.walk.entry(parent.path)
  const beside = await install.staging.beside(place)
  await mkdir(beside, { mode: 0o700 })
  try {
    const handle = await open(beside, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
    try {
      await setModeAndOwner(handle, { mode: parent.mode, ...install.numbersOf(parent.owner) })
      await handle.sync()
    } finally {
      await handle.close()
    }
    // Another isync may have been faster.
    if (await isThere(parent.path, install.walk)) return await discardUnused(beside)
    await rename(beside, place.at)
    return place
  } catch (error) {
    await discardUnused(beside)
    if (['ENOTEMPTY', 'EEXIST'].includes(errnoCode(error) ?? '')) return undefined
    throw error
  }
}

async function isThere(path: string, walk: Walk): Promise<boolean> {
  try {
    await walk.onTheWay(path)
    return true
  } catch (error) {
    if (errnoCode(error) === 'ENOTDIR') throw new Error(`${path} is not a directory`)
    if (errnoCode(error) !== 'ENOENT') throw error
    return false
  }
}

export interface ModeAndOwner {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/**
 * For an open file or directory. The owner is set only if it differs, so that users other than root can install files
 * of their own.
 */
export async function setModeAndOwner(handle: FileHandle, { mode, uid, gid }: ModeAndOwner): Promise<void> {
  const found = fstatSync(handle.fd)
  if (found.uid !== uid || found.gid !== gid) await handle.chown(uid, gid)
  // After the owner: to change that clears the setuid and setgid bits.
  fchmodSync(handle.fd, mode)
}

/** The time of change of a symbolic link itself. */
export async function setLinkTime(path: string, mtimeMs: number): Promise<void> {
  const seconds = settableSeconds(mtimeMs)
  await lutimes(path, seconds, seconds)
}

/**
 * Node takes seconds as a floating-point number. The nearest one to a millisecond is as often below it as above: one
 * step up keeps it from becoming the millisecond before. Of a number below 0 Node makes the present time.
 */
function settableSeconds(timeMs: number): number {
  return (Math.max(0, timeMs) / 1000) * (1 + Number.EPSILON)
}

function remarksOnTime({ path, mtimeMs }: EntryAttributes): readonly string[] {
  if (mtimeMs >= 0) return []
  return [`${path}: the time of change, ${new Date(mtimeMs).toISOString()}, is too early to set: set to 1970`]
}

function remarksOnOwner({ owner, path }: EntryAttributes, here: { uid: number; gid: number }): readonly string[] {
  const remarks: string[] = []
  if (here.uid !== owner.uid)
    remarks.push(`${path}: user ${owner.user} is ${here.uid} here, ${owner.uid} on the origin`)
  if (here.gid !== owner.gid)
    remarks.push(`${path}: group ${owner.group} is ${here.gid} here, ${owner.gid} on the origin`)
  return remarks
}
