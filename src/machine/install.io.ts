/** What installing any kind of entry has in common: a name beside the target, missing parents, owner, attributes, time. */
import { randomBytes } from 'node:crypto'
import { type FileHandle, lstat, lutimes, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errnoText, IsconfError } from '../base/index.ts'
import type { EntryAttributes, FileOwner, InstallReport, ParentAttributes, Xattrs } from './machine.ts'
import { numbersOf } from './owners.io.ts'
import { readXattrs, setXattrs } from './xattrs.io.ts'

export type OwnerRule = 'name' | 'numeric'

export interface Install<Attributes extends EntryAttributes> {
  readonly attributes: Attributes
  /** Where a journal path is on this machine. */
  readonly real: (path: string) => string
  readonly ownerRule: OwnerRule
}

/**
 * Makes the missing parents, lets `writeBeside` make the entry under a name
 * of its own, and puts it in place. INSTALL_FAILED, or the IsconfError that
 * it failed with; the target is then as it was.
 */
export async function installBeside(
  install: Install<EntryAttributes>,
  writeBeside: (beside: string) => Promise<void>,
): Promise<InstallReport> {
  const { attributes, real, ownerRule } = install
  const target = real(attributes.path)
  const beside = besideOf(target)
  try {
    await refuseDirectory(target)
    for (const parent of attributes.parents) await makeParent(parent, install)
    await writeBeside(beside)
    await rename(beside, target)
    await syncDirectory(dirname(target))
  } catch (error) {
    // It may never have been made; what kept it from that is what there is to tell.
    await rm(beside, { force: true, recursive: true }).catch(() => undefined)
    throw toInstallFailure(attributes.path, error)
  }
  return { remarks: await remarksOn(attributes, ownerRule) }
}

/** What the failure of an installation says. */
export function toInstallFailure(path: string, error: unknown): IsconfError {
  if (error instanceof IsconfError) return error
  return new IsconfError('INSTALL_FAILED', `cannot install ${path}: ${errnoText(error)}`, { cause: error })
}

export async function remarksOn(attributes: EntryAttributes, rule: OwnerRule): Promise<readonly string[]> {
  return [...remarksOnTime(attributes), ...(await remarksOnOwner(attributes, rule))]
}

/**
 * Sets everything of an open file or directory, in the order in which nothing
 * undoes what was set before, and syncs it.
 */
export async function setAttributes(
  handle: FileHandle,
  { attributes, ownerRule }: Install<EntryAttributes & { readonly mode: number; readonly xattrs?: Xattrs }>,
): Promise<void> {
  const { owner, mode, mtimeMs, path, xattrs = {} } = attributes
  // Even what was just made may have some, from its directory.
  const found = readXattrs(handle.fd, path) ?? {}
  // An access list that is not wanted goes before the mode is set: it would take a part of it.
  const kept = Object.entries(found).filter(([name]) => Object.hasOwn(xattrs, name))
  setXattrs(handle.fd, found, Object.fromEntries(kept))
  await giveTo(handle, owner, ownerRule)
  // After the owner: to change that clears the setuid and setgid bits.
  await handle.chmod(mode)
  // To change the owner also clears a capability, and to change the mode an access list.
  setXattrs(handle.fd, {}, xattrs)
  const changedSeconds = settableSeconds(mtimeMs)
  await handle.utimes(changedSeconds, changedSeconds)
  await handle.sync()
}

/** Hidden, with the target's name in it for who finds it after a crash; cut, for a name has at most 255 bytes. */
function besideOf(target: string): string {
  const name = Buffer.from(basename(target)).subarray(0, 200).toString()
  return join(dirname(target), `.${name}.isconf-${randomBytes(6).toString('hex')}`)
}

/** A rename would say no more than that it is one. */
async function refuseDirectory(target: string): Promise<void> {
  const found = await lstat(target).catch(() => undefined)
  if (found?.isDirectory()) throw new Error('a directory stands there')
}

async function makeParent(parent: ParentAttributes, install: Install<EntryAttributes>): Promise<void> {
  const path = install.real(parent.path)
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return
  if (found) throw new Error(`${parent.path} is not a directory`)
  const beside = besideOf(path)
  await mkdir(beside, { mode: 0o700 })
  try {
    const handle = await open(beside, 'r')
    try {
      await giveTo(handle, parent.owner, install.ownerRule)
      await handle.chmod(parent.mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true, recursive: true }).catch(() => undefined)
    throw error
  }
  await syncDirectory(dirname(path))
}

/** Changes the owner only where it differs, so that a daemon without root can install its own files. */
async function giveTo(handle: FileHandle, owner: FileOwner, rule: OwnerRule): Promise<void> {
  const wanted = await numbersOf(owner, rule)
  const found = await handle.stat()
  if (found.uid !== wanted.uid || found.gid !== wanted.gid) await handle.chown(wanted.uid, wanted.gid)
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

async function remarksOnOwner({ owner, path }: EntryAttributes, rule: OwnerRule): Promise<readonly string[]> {
  const here = await numbersOf(owner, rule)
  const remarks: string[] = []
  if (here.uid !== owner.uid)
    remarks.push(`${path}: user ${owner.user} is ${here.uid} here, ${owner.uid} on the origin`)
  if (here.gid !== owner.gid)
    remarks.push(`${path}: group ${owner.group} is ${here.gid} here, ${owner.gid} on the origin`)
  return remarks
}

export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
