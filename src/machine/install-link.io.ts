/**
 * A further name of a file: a hard link if the other name is here and right, otherwise a file of its own, with a
 * remark.
 */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, lstat, open, rm } from 'node:fs/promises'
import type { Entry } from '../base/directory.io.ts'
import { errnoCode, errnoText } from '../base/index.ts'
import type { Install, Prepared } from './install.io.ts'
import type { FileAttributes } from './machine.ts'
import { Replacing } from './replacing.io.ts'
import type { Staging } from './temporary-files.io.ts'

export interface InstallLink extends Install<FileAttributes> {
  /** The journal path of the other name. */
  readonly hardlink: string
  /** Of the whole content, in hexadecimal. */
  readonly sha256: string
}

/** The other name may come to its place only just before. So everything is done when it is this one's turn. */
export async function preparedLink(install: InstallLink, copy: () => Promise<Prepared>): Promise<Prepared> {
  const { attributes, walk, hardlink } = install
  const target = await walk.entry(attributes.path)
  let remarks: readonly string[] = []
  const place = async (): Promise<void> => {
    const replacing = new Replacing(target, 'file', install)
    const why = await linkOrReason(install, target, replacing)
    remarks = replacing.remarks
    if (why === undefined) return
    const prepared = await copy()
    await prepared.place()
    const what = `it can't be a hard link to ${hardlink} here, and is a file of its own: ${why}`
    remarks = [...(prepared.remarks?.() ?? []), `${attributes.path}: ${what}`]
  }
  return { place, directory: target.directory.self, discard: async () => undefined, remarks: () => remarks }
}

/** Makes the link, or says in words why that is not possible. */
async function linkOrReason(install: InstallLink, target: Entry, replacing: Replacing): Promise<string | undefined> {
  let other: Entry
  let handle: FileHandle
  try {
    other = await install.walk.entry(install.hardlink)
    handle = await open(other.at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return errnoText(error)
  }
  try {
    if (!(await isRight(handle, install))) return 'that is another file by now'
    return await linkTo(handle, other.at, target, { staging: install.staging, replacing })
  } finally {
    await handle.close()
  }
}

/** Whether the other name's file is what was recorded: its content, mode and owner. */
async function isRight(handle: FileHandle, { attributes, numbersOf, sha256 }: InstallLink): Promise<boolean> {
  const found = await handle.stat()
  const { uid, gid } = numbersOf(attributes.owner)
  const isLike = found.isFile() && (found.mode & 0o7777) === attributes.mode && found.uid === uid && found.gid === gid
  if (!isLike) return false
  const hash = createHash('sha256')
  for await (const bytes of handle.createReadStream({ start: 0, autoClose: false })) hash.update(bytes as Uint8Array)
  return hash.digest('hex') === sha256
}

const reasons: Readonly<Record<string, string>> = {
  EXDEV: 'that is on another file system',
  EMLINK: 'that has as many names as its file system allows',
  EPERM: 'its file system has no hard links',
}

async function linkTo(
  handle: FileHandle,
  other: string,
  target: Entry,
  { staging, replacing }: { readonly staging: Staging; readonly replacing: Replacing },
): Promise<string | undefined> {
  const { ino, dev } = await handle.stat()
  const isIt = async (path: string): Promise<boolean> => {
    const found = await lstat(path).catch(() => undefined)
    return found?.ino === ino && found.dev === dev
  }
  if (await isIt(target.at)) return undefined
  const beside = await staging.beside(target)
  try {
    await link(other, beside)
    // Somebody may have put another file there meanwhile.
    if (!(await isIt(beside))) return 'that is another file by now'
    await replacing.by(beside)
    return undefined
  } catch (error) {
    const reason = reasons[errnoCode(error) ?? '']
    if (reason === undefined) throw error
    return reason
  } finally {
    await rm(beside, { force: true })
  }
}
