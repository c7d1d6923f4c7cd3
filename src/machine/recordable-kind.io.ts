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

/** SIZE_WRONG for more bytes than the journal's numbers can count exactly. */
export function refuseSize(path: string, sizeBytes: bigint): void {
  if (sizeBytes <= BigInt(Number.MAX_SAFE_INTEGER)) return
  throw new IsconfError('SIZE_WRONG', `${path} has ${sizeBytes} bytes, more than can be recorded`, {
    hint: 'nothing was recorded; leave the file out',
  })
}

/** The years 1 to 9999: every release, and everyone who reads the journal, can write these as a date. */
const timeMsMin = -62_135_596_800_000n
const timeMsMax = 253_402_300_799_999n

/** A time of change as it is recorded, and what a person should know if that is another time. */
export function recordableTime(path: string, timeMs: bigint): { readonly timeMs: number; readonly remark?: string } {
  if (timeMs >= timeMsMin && timeMs <= timeMsMax) return { timeMs: Number(timeMs) }
  const cut = Number(timeMs < timeMsMin ? timeMsMin : timeMsMax)
  const what = `its time of change is outside of the years 1 to 9999: recorded as ${new Date(cut).toISOString()}`
  return { timeMs: cut, remark: `${path}: ${what}` }
}
