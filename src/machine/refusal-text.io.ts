/** Why the kernel, a file system or a container says no, in the words of who looks after the machine. */
import { dirname } from 'node:path'
import { errnoCode, errnoText } from '../base/index.ts'
import { foundAt, guardText } from './found-at.io.ts'
import { isMountPoint, mountPointOf } from './mounts.io.ts'

/** What kept something at `realPath` from being made, replaced or removed. */
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
      return protectedText(realPath, dirname(realPath)) ?? errnoText(error)
    default:
      return errnoText(error)
  }
}

/** Which attribute keeps even root from changing the first of these that has one, and how to take it away. */
export function protectedText(...realPaths: readonly string[]): string | undefined {
  for (const path of realPaths) {
    const text = guardOf(path)
    if (text !== undefined) return text
  }
  return undefined
}

function guardOf(path: string): string | undefined {
  try {
    const found = foundAt(path)
    return found && guardText(path, found)
  } catch {
    return undefined
  }
}
