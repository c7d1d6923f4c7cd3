/** Putting a file in place, at once and with everything set, or not at all. */
import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errnoText, IsconfError } from '../base/index.ts'
import type { DirectoryAttributes, FileAttributes, FileOwner, InstallReport } from './machine.ts'
import { numbersOf } from './owners.io.ts'

export interface InstallFile {
  readonly attributes: FileAttributes
  readonly content: AsyncIterable<Uint8Array>
  /** Of the whole content, in hexadecimal. */
  readonly sha256: string
  /** Where a journal path is on this machine. */
  readonly real: (path: string) => string
  readonly ownerRule: 'name' | 'numeric'
}

/** See {@link Machine.installFile}. */
export async function installFile(install: InstallFile): Promise<InstallReport> {
  const { attributes, real } = install
  const target = real(attributes.path)
  const beside = join(dirname(target), temporaryName(basename(target)))
  try {
    for (const parent of attributes.parents) await makeParent(parent, install)
    await writeBeside(beside, install)
    await rename(beside, target)
    await syncDirectory(dirname(target))
  } catch (error) {
    // It may never have been made; what kept it from that is what there is to tell.
    await rm(beside, { force: true }).catch(() => undefined)
    if (error instanceof IsconfError) throw error
    throw new IsconfError('INSTALL_FAILED', `cannot install ${attributes.path}: ${errnoText(error)}`, { cause: error })
  }
  return { remarks: [...remarksOnTime(attributes), ...(await remarksOnOwner(attributes, install.ownerRule))] }
}

/** Hidden, with the target's name in it for who finds it after a crash; cut, for a name has at most 255 bytes. */
function temporaryName(name: string): string {
  return `.${Buffer.from(name).subarray(0, 200).toString()}.isconf-${randomBytes(6).toString('hex')}`
}

async function writeBeside(beside: string, install: InstallFile): Promise<void> {
  const { attributes, content, sha256, ownerRule } = install
  const handle = await open(beside, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    for await (const bytes of content) {
      hash.update(bytes)
      await handle.writeFile(bytes)
    }
    if (hash.digest('hex') !== sha256) {
      throw new IsconfError(
        'BLOB_MISMATCH',
        `the stored copy of ${attributes.path} does not have the hash it was recorded with`,
      )
    }
    await giveTo(handle, attributes.owner, ownerRule)
    // After the owner: to change that clears the setuid and setgid bits.
    await handle.chmod(attributes.mode)
    const changedSeconds = settableSeconds(attributes.mtimeMs)
    await handle.utimes(changedSeconds, changedSeconds)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Node takes seconds and cuts them to whole microseconds: half a microsecond more
 * keeps a millisecond from becoming the one before. Of times before 1970 it makes others.
 */
function settableSeconds(timeMs: number): number {
  return (Math.max(0, timeMs) * 1000 + 0.5) / 1_000_000
}

async function makeParent(parent: DirectoryAttributes, install: InstallFile): Promise<void> {
  const path = install.real(parent.path)
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return
  await mkdir(path, { mode: 0o700 })
  const handle = await open(path, 'r')
  try {
    await giveTo(handle, parent.owner, install.ownerRule)
    await handle.chmod(parent.mode)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await syncDirectory(dirname(path))
}

/** Changes the owner only where it differs, so that a daemon without root can install its own files. */
async function giveTo(handle: FileHandle, owner: FileOwner, rule: 'name' | 'numeric'): Promise<void> {
  const wanted = await numbersOf(owner, rule)
  const found = await handle.stat()
  if (found.uid !== wanted.uid || found.gid !== wanted.gid) await handle.chown(wanted.uid, wanted.gid)
}

function remarksOnTime({ path, mtimeMs }: FileAttributes): readonly string[] {
  if (mtimeMs >= 0) return []
  return [`${path}: the time of change, ${new Date(mtimeMs).toISOString()}, is too early to set: set to 1970`]
}

async function remarksOnOwner({ owner, path }: FileAttributes, rule: 'name' | 'numeric'): Promise<readonly string[]> {
  const here = await numbersOf(owner, rule)
  const remarks: string[] = []
  if (here.uid !== owner.uid)
    remarks.push(`${path}: user ${owner.user} is ${here.uid} here, ${owner.uid} on the origin`)
  if (here.gid !== owner.gid)
    remarks.push(`${path}: group ${owner.group} is ${here.gid} here, ${owner.gid} on the origin`)
  return remarks
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
