/** Blobs as the store and the mesh agree on them: whole files named by their hash, moved in verified pieces. */

import type { DiskFile } from './disk.ts'

/** One MiB, the size of every piece of a blob but the last. */
export const pieceBytes = 1024 * 1024

/** Names a blob and binds its piece list, as the journal records it. */
export interface BlobRef {
  /** SHA-256 of the whole, in hexadecimal. */
  readonly id: string
  readonly sizeBytes: number
  /** SHA-256 of the concatenated 32-byte piece hashes, in hexadecimal. */
  readonly pieces: string
}

/** Bytes of a blob: from `from` up to, but without, `end`. */
export interface ByteRange {
  readonly from: number
  readonly end: number
}

/** What this host can give of its blobs, whole or partial. */
export interface BlobSource {
  /** Which pieces of the blob are here; undefined when there are none. */
  held(id: string): Promise<HeldPieces | undefined>
  /** The concatenated 32-byte SHA-256 of the pieces; undefined when not known here. */
  pieceHashes(id: string): Promise<Uint8Array | undefined>
  /** Bytes of pieces that are held; they may be in `into`, which has room for them. Rejects when they are not held. */
  read(id: string, position: number, length: number, into?: Uint8Array): Promise<Uint8Array>
  /** What holds these bytes, to be read there only, and closed by the caller. Rejects when they are not held. */
  openToServe?(id: string, position: number, length: number): Promise<OpenBlob>
}

/** A source whose files can be handed to another process, which reads them itself. */
export interface OpenableBlobs extends BlobSource {
  openToServe(id: string, position: number, length: number): Promise<OpenBlob>
  /** What holds the concatenated hashes of the pieces, to be closed by the caller; undefined when there is none. */
  openPieceHashes(id: string): Promise<DiskFile | undefined>
}

/** A blob that is open to be read. */
export interface OpenBlob {
  readonly file: DiskFile
  /** Whether all of it is held, and not only the bytes that were asked for. */
  readonly isWhole: boolean
}

export interface HeldPieces {
  readonly count: number
  /** Whether piece `index` is here, verified. */
  has(index: number): boolean
}

/** One blob on its way in. Survives a restart: what was verified before is not fetched again. */
export interface BlobSink {
  readonly ref: BlobRef
  readonly pieceCount: number
  /** Whether the piece list is here; until then no piece can be verified. */
  hashesKnown(): boolean
  /** Takes the piece list; false when it is not the one that `ref.pieces` names. */
  putHashes(hashes: Uint8Array): Promise<boolean>
  has(index: number): boolean
  /** Verifies and keeps a piece; false when its hash is wrong, and then nothing is kept. */
  putPiece(index: number, bytes: Uint8Array): Promise<boolean>
  /** Verifies the whole, makes it durable and visible. BLOB_MISMATCH when the whole is wrong. */
  finish(): Promise<void>
  /** Lets go; what was kept stays for the next try. */
  close(): Promise<void>
}

/** The piece list of a blob that has no more than one piece: it follows from the id. */
export function pieceListOfSmall(id: string, sizeBytes: number): Uint8Array {
  return sizeBytes === 0 ? new Uint8Array() : new Uint8Array(Buffer.from(id, 'hex'))
}
