/** A blob of one piece on its way in: it is kept in memory until it is whole, for no part of it is worth keeping. */
import { type BlobRef, type BlobSink, IsconfError, invariant, pieceListOfSmall, sha256Hex } from '../base/index.ts'
import { isPieceList, pieceCountOf } from './pieces.ts'

export class SmallSink implements BlobSink {
  readonly ref: BlobRef
  readonly pieceCount: number
  readonly #keep: (content: Uint8Array) => Promise<void>
  readonly #onEnd: () => void
  #content: Uint8Array | undefined

  /** `keep` puts the whole blob in its place, durably. */
  constructor(ref: BlobRef, keep: (content: Uint8Array) => Promise<void>, onEnd: () => void) {
    this.ref = ref
    this.pieceCount = pieceCountOf(ref.sizeBytes)
    this.#keep = keep
    this.#onEnd = onEnd
    if (this.pieceCount === 0) this.#content = new Uint8Array()
  }

  hashesKnown(): boolean {
    const { id, sizeBytes } = this.ref
    return isPieceList(this.ref, pieceListOfSmall(id, sizeBytes))
  }

  async putHashes(): Promise<boolean> {
    return this.hashesKnown()
  }

  has(): boolean {
    return this.#content !== undefined
  }

  async putPiece(index: number, bytes: Uint8Array): Promise<boolean> {
    invariant(index === 0 && this.hashesKnown(), 'a small blob has one piece, whose hash is its name')
    if (bytes.length !== this.ref.sizeBytes || sha256Hex(bytes) !== this.ref.id) return false
    this.#content = Uint8Array.from(bytes)
    return true
  }

  async finish(): Promise<void> {
    const content = this.#content
    invariant(content !== undefined, 'a blob is finished when every piece is here')
    const found = sha256Hex(content)
    if (found !== this.ref.id)
      throw new IsconfError('BLOB_MISMATCH', `file ${this.ref.id} arrived with another hash: ${found}`)
    await this.#keep(content)
    this.#onEnd()
  }

  async close(): Promise<void> {
    this.#onEnd()
  }
}
