/** What kinds of things can be recorded. */
import type { BigIntStats } from 'node:fs'
import { IsconfError } from '../base/index.ts'

/** NOT_A_FILE for anything but a regular file, a directory and a symbolic link. */
export function refuseKind(path: string, found: BigIntStats): void {
  if (found.isFile() || found.isSymbolicLink() || found.isDirectory()) return
  throw new IsconfError('NOT_A_FILE', `${path} is ${kindOf(found)}`)
}

function kindOf(found: BigIntStats): string {
  if (found.isFIFO()) return 'a named pipe'
  if (found.isSocket()) return 'a socket'
  return 'a device'
}
