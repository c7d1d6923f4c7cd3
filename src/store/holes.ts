/** Pieces written into a new file so that what is nothing but zeros stays a hole in it. */
import type { DiskFile } from '../base/index.ts'

/** A hole is looked for in steps of so many bytes: smaller ones would cost more calls than they save writes. */
const blockBytes = 16 * 1024
const zeros = Buffer.alloc(blockBytes)

/** Writes a piece at `position` of a file that has nothing but zeros there, without the zeros. */
export async function writeAroundHoles(file: DiskFile, position: number, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.length; ) {
    if (isHole(piece, at)) {
      at += blockBytes
      continue
    }
    const from = at
    while (at < piece.length && !isHole(piece, at)) at += blockBytes
    await file.write(position + from, piece.subarray(from, at))
  }
}

function isHole(piece: Uint8Array, at: number): boolean {
  if (piece[at] !== 0) return false
  const block = piece.subarray(at, at + blockBytes)
  return zeros.subarray(0, block.length).equals(block)
}
