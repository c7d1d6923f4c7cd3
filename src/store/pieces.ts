/** Arithmetic of pieces. */
import { type BlobRef, invariant, pieceBytes, pieceListOfSmall, sha256Hex } from '../base/index.ts'

export const pieceHashBytes = 32

/** How many pieces a blob of `sizeBytes` has. */
export function pieceCountOf(sizeBytes: number): number {
  return Math.ceil(sizeBytes / pieceBytes)
}

/** Bytes of piece `index` of a blob of `sizeBytes`. */
export function pieceLength(sizeBytes: number, index: number): number {
  return Math.min(pieceBytes, sizeBytes - index * pieceBytes)
}

/** Whether `hashes` is the piece list that `ref` names. */
export function isPieceList(ref: BlobRef, hashes: Uint8Array): boolean {
  return hashes.length === pieceCountOf(ref.sizeBytes) * pieceHashBytes && sha256Hex(hashes) === ref.pieces
}

/** The reference of a blob that has no more than one piece. */
export function refOfSmall(content: Uint8Array): BlobRef {
  const id = sha256Hex(content)
  const sizeBytes = content.length
  invariant(sizeBytes <= pieceBytes, 'a small blob has one piece at most')
  return { id, sizeBytes, pieces: sha256Hex(pieceListOfSmall(id, sizeBytes)) }
}

let holeHash: Buffer | undefined

/** Notes the pieces that are known by their hash to be nothing but zeros: they need not come from anywhere. */
export function noteHoles(hashes: Uint8Array, verified: Uint8Array): void {
  holeHash ??= Buffer.from(sha256Hex(Buffer.alloc(pieceBytes)), 'hex')
  for (let index = 0; index < verified.length; index++) {
    const hash = hashes.subarray(index * pieceHashBytes, (index + 1) * pieceHashBytes)
    if (holeHash.equals(hash)) verified[index] = 1
  }
}
