/** Why the kernel, a file system or a container says no, in the words of who looks after the machine. */
import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errnoCode, errnoText } from '../base/index.ts'
import { isMountPoint, mountPointOf } from './mounts.io.ts'
import { systemCalls } from './system-calls.io.ts'

/** FS_IMMUTABLE_FL and FS_APPEND_FL of linux/fs.h. */
const immutableFlag = 0x10
const appendFlag = 0x20

/** What kept somebody from making, replacing or removing what is at `realPath`. */
export async function refusalText(error: unknown, realPath: string): Promise<string> {
  switch (errnoCode(error)) {
    case 'EROFS':
      return `the file system at ${await mountPointOf(realPath)} is mounted read-only`
    case 'ENOSPC':
      return `there is no room left on the file system at ${await mountPointOf(realPath)} (df, df -i)`
    case 'EDQUOT':
      return `the disk quota on the file system at ${await mountPointOf(realPath)} is used up`
    case 'EBUSY':
      return (await isMountPoint(realPath)) ? 'something is mounted there' : 'the kernel uses it (a swap file, a mount)'
    case 'ETXTBSY':
      return 'it is a program that runs, and can only be written in place: stop it first'
    case 'EXDEV':
      return 'it would have to be moved from one file system to another, and is left where it is'
    case 'EPERM':
    case 'EACCES':
      return (await protectedText(realPath)) ?? errnoText(error)
    default:
      return errnoText(error)
  }
}

/** Which attribute keeps even root from changing it, or its directory. */
async function protectedText(realPath: string): Promise<string | undefined> {
  for (const path of [realPath, dirname(realPath)]) {
    const flags = await flagsOf(path)
    const which = (flags & immutableFlag) !== 0 ? 'i' : (flags & appendFlag) !== 0 ? 'a' : undefined
    if (which === undefined) continue
    const what = which === 'i' ? 'immutable' : 'append-only'
    return `${path} is ${what} (lsattr); chattr -${which} ${path} takes that away`
  }
  return undefined
}

/** The attributes that chattr sets; 0 where they can't be asked for. */
async function flagsOf(path: string): Promise<number> {
  const { calls } = systemCalls()
  const found = await lstat(path).catch(() => undefined)
  if (!calls || !found || !(found.isFile() || found.isDirectory())) return 0
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    try {
      return calls.getFlags(handle.fd)
    } finally {
      await handle.close()
    }
  } catch {
    return 0
  }
}
