/** A blob made here: hashed whole and by pieces while it is written, in memory that does not grow with it. */
import { type BlobRef, PieceMemory, pieceBytes, sha256Hex } from '../base/index.ts'
import { writeAroundHoles } from './holes.ts'
import type { PartialParts } from './partial.ts'

/** Pieces that are hashed and written at once while the next ones are read. */
const piecesUnderWayMax = 2

/** A blob in a file of its own, durable, and not yet in its place. */
export interface WrittenBlob {
  readonly ref: BlobRef
  readonly hashes: Uint8Array
}

/** Writes the chunks to `path`. */
export async function writeBlob(
  parts: PartialParts,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<WrittenBlob> {
  const whole = parts.wholeHasher.start()
  const file = await parts.disk.open(path, 'write')
  try {
    const memory = new PieceMemory()
    const hashes: Uint8Array[] = []
    const underWay: Promise<void>[] = []
    let sizeBytes = 0
    let turn: Promise<void> = Promise.resolve()
    for await (const piece of inPieces(chunks, memory)) {
      const index = hashes.length
      const position = sizeBytes
      hashes.push(new Uint8Array())
      sizeBytes += piece.length
      const before = turn
      turn = keepPiece(piece, index, position, before)
      // Seen later, by whoever waits for it.
      turn.catch(() => undefined)
      underWay.push(turn)
      if (underWay.length >= piecesUnderWayMax) await underWay.shift()
    }
    await turn
    // The file may end with a hole.
    await file.truncate(sizeBytes)
    await file.sync()
    const list = Buffer.concat(hashes)
    return { ref: { id: await whole.digest(), sizeBytes, pieces: sha256Hex(list) }, hashes: list }

    async function keepPiece(piece: Uint8Array, index: number, position: number, before: Promise<void>): Promise<void> {
      const hashing = before.then(() => whole.update(piece))
      const [hash] = await Promise.all([parts.hasher.sha256(piece), writeAroundHoles(file, position, piece), hashing])
      hashes[index] = hash
      if (piece.buffer instanceof SharedArrayBuffer) memory.give(piece)
    }
  } catch (error) {
    whole.abandon()
    throw error
  } finally {
    await file.close()
  }
}

/**
 * The same bytes, cut at the borders of pieces. Those after the first are in memory that is used again when it is given
 * back, and that other threads see: most files have one piece, which is not worth a thread.
 */
async function* inPieces(chunks: AsyncIterable<Uint8Array>, memory: PieceMemory): AsyncGenerator<Uint8Array> {
  let piece: Uint8Array = Buffer.allocUnsafeSlow(pieceBytes)
  let filled = 0
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.length; ) {
      const part = chunk.subarray(taken, taken + pieceBytes - filled)
      // Into memory that threads share, set() copies a word at a time.
      Buffer.from(part.buffer, part.byteOffset, part.length).copy(piece, filled)
      filled += part.length
      taken += part.length
      if (filled < pieceBytes) continue
      yield piece
      piece = memory.take()
      filled = 0
    }
  }
  if (filled > 0) yield piece.subarray(0, filled)
}
