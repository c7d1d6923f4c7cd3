/** What of a blob is here. */
import type { BlobRef } from '../base/index.ts'
import { pieceCountOf } from './pieces.ts'

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
