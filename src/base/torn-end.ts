/**
 * Where the last write of a log may have been torn. A power failure keeps any part of what was not synced, and what is
 * missing reads as zeros, which no line has: so little is written at a time, and a start need not look far.
 */
import type { DiskFile } from './disk.ts'

export const newline = 0x0a
/** What is read at a time from the end back, where a few lines are. */
export const tailBytes = 64 * 1024
/** Unless it is one line, no more is written before it is synced. */
const unsyncedBytesMax = 1024 * 1024

/** Up to where the next lines of an append are written before they are synced: at least one. */
export function endOfPart(bytes: Uint8Array, from: number): number {
  if (bytes.length - from <= unsyncedBytesMax) return bytes.length
  const last = bytes.lastIndexOf(newline, from + unsyncedBytesMax - 1) + 1
  return last > from ? last : bytes.indexOf(newline, from) + 1
}

/**
 * Where the whole lines of a file of `size` bytes end, of which `wholeBytes` are known to have been some: before the first
 * line with a hole, and after the last newline.
 */
export async function endOfWholeLines(file: DiskFile, size: number, wholeBytes: number): Promise<number> {
  const known = (await canEndAt(file, size, wholeBytes)) ? wholeBytes : 0
  const hole = await firstHole(file, size, known)
  for (let end = hole; end > known; ) {
    const from = Math.max(known, end - tailBytes)
    const last = (await file.read(from, end - from)).lastIndexOf(newline)
    if (last >= 0) return from + last + 1
    end = from
  }
  return known
}

/** Whether a line ends there, or did before something became zeros. */
async function canEndAt(file: DiskFile, size: number, position: number): Promise<boolean> {
  if (position < 1 || position > size) return false
  const [last] = await file.read(position - 1, 1)
  return last === newline || last === 0
}

/** The first zero in what may be of the last write; `size` when there is none. */
async function firstHole(file: DiskFile, size: number, known: number): Promise<number> {
  let hole = size
  for (let end = size; end > known; ) {
    const from = Math.max(known, end - unsyncedBytesMax)
    const bytes = await file.read(from, end - from)
    // The newline of the last line ends nothing that was written before it.
    const before = bytes.lastIndexOf(newline, end === size ? -2 : -1)
    const at = bytes.indexOf(0, end === size ? 0 : before + 1)
    if (at >= 0) hole = from + at
    if (before >= 0) break
    // It is one line so far, which may have been written as a whole.
    end = from
  }
  return hole
}
