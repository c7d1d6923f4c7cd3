/** What of a blob is here. */
import type { BlobRef, Hasher } from '../base/index.ts'
import { pieceCountOf, pieceHashBytes, pieceLength } from './pieces.ts'

/** Kept in memory also between two tries, so that it can be served meanwhile. */
export class Partial {
  readonly ref: BlobRef
  readonly verified: Uint8Array
  hashes: Uint8Array | undefined

  constructor(ref: BlobRef) {
    this.ref = ref
    this.verified = new Uint8Array(pieceCountOf(ref.sizeBytes))
  }

  has(index: number): boolean {
    return this.verified[index] === 1
  }
}

/** Whether bytes are a piece of a blob whose piece list is known. */
export async function isPiece(hasher: Hasher, partial: Partial, index: number, bytes: Uint8Array): Promise<boolean> {
  if (bytes.length !== pieceLength(partial.ref.sizeBytes, index)) return false
  const hash = await hasher.sha256(bytes)
  const at = index * pieceHashBytes
  const wanted = partial.hashes?.subarray(at, at + pieceHashBytes)
  return wanted !== undefined && Buffer.compare(hash, wanted) === 0
}
