/**
 * A blob on its way in. After a restart nothing is believed that can be
 * checked: each piece that the record of verified pieces names is hashed
 * again, so neither the record nor the pieces have to be synced on the way.
 */
import {
  type BlobRef,
  type BlobSink,
  type Disk,
  type DiskFile,
  type Hasher,
  IsconfError,
  invariant,
  pieceBytes,
} from '../base/index.ts'
import { writeAroundHoles } from './holes.ts'
import type { Layout } from './layout.ts'
import { removePartial } from './partial-files.ts'
import { isPiece, type Partial } from './partial-state.ts'
import { isPieceList, noteHoles } from './pieces.ts'
import { PrefixHash } from './prefix-hash.ts'
import { SyncedOnTheWay } from './synced-on-the-way.ts'
import type { WholeHasher } from './whole-hash.ts'

export interface PartialParts {
  readonly disk: Disk
  readonly layout: Layout
  readonly hasher: Hasher
  readonly wholeHasher: WholeHasher
}

export interface PartialFiles {
  readonly file: DiskFile
  readonly have: DiskFile
  /** Whether the file had nothing in it when it was opened. */
  readonly isFresh: boolean
}

export class PartialSink implements BlobSink {
  readonly ref: BlobRef
  readonly pieceCount: number
  readonly #parts: PartialParts
  readonly #partial: Partial
  readonly #file: DiskFile
  readonly #have: DiskFile
  readonly #isFresh: boolean
  readonly #onEnd: (finished: boolean) => void
  readonly #whole: PrefixHash
  readonly #synced: SyncedOnTheWay
  #open = true
  /** Pieces of zeros are in the record of verified ones. */
  #holesMarked = Promise.resolve()
  /** The piece list is on the disk. */
  #listKept: Promise<unknown> = Promise.resolve()

  constructor(
    parts: PartialParts,
    partial: Partial,
    { file, have, isFresh }: PartialFiles,
    onEnd: (finished: boolean) => void,
  ) {
    this.#parts = parts
    this.#partial = partial
    this.#file = file
    this.#have = have
    this.#isFresh = isFresh
    this.#synced = new SyncedOnTheWay(file)
    this.#onEnd = onEnd
    this.ref = partial.ref
    this.pieceCount = partial.verified.length
    this.#whole = new PrefixHash(parts.wholeHasher, partial, file)
    this.#whole.advance()
  }

  hashesKnown(): boolean {
    return this.#partial.hashes !== undefined
  }

  async putHashes(hashes: Uint8Array): Promise<boolean> {
    if (this.hashesKnown()) return true
    if (!isPieceList(this.ref, hashes)) return false
    const list = Uint8Array.from(hashes)
    // Pieces can be verified from now on; without the list on the disk, none of them is believed after a restart.
    this.#partial.hashes = list
    if (this.#isFresh) {
      noteHoles(list, this.#partial.verified)
      this.#holesMarked = this.#have.write(0, Uint8Array.from(this.#partial.verified))
      this.#whole.advance()
    }
    const kept = this.#parts.disk.replaceFile(this.#parts.layout.partialPieces(this.ref.id), list)
    this.#listKept = Promise.all([kept, this.#holesMarked])
    await this.#listKept
    return true
  }

  has(index: number): boolean {
    return this.#partial.has(index)
  }

  async putPiece(index: number, bytes: Uint8Array): Promise<boolean> {
    invariant(this.#open && this.hashesKnown(), 'a piece is put into an open blob whose piece list is known')
    invariant(index >= 0 && index < this.pieceCount, 'a piece that is put is one of the blob')
    if (this.has(index)) return true
    if (!(await isPiece(this.#parts.hasher, this.#partial, index, bytes))) return false
    const position = index * pieceBytes
    if (this.#isFresh) await writeAroundHoles(this.#file, position, bytes)
    else await this.#file.write(position, bytes)
    await this.#holesMarked
    await this.#have.write(index, new Uint8Array([1]))
    this.#partial.verified[index] = 1
    this.#whole.advance()
    this.#synced.wrote(bytes.length)
    return true
  }

  async finish(): Promise<void> {
    const { id } = this.ref
    const { disk, layout } = this.#parts
    invariant(
      this.#open && this.#partial.verified.every((mark) => mark === 1),
      'a blob is finished when every piece is here',
    )
    const found = await this.#whole.digest()
    if (found !== id) {
      await this.#end(false)
      await this.#forget()
      throw new IsconfError('BLOB_MISMATCH', `file ${id} arrived with another hash: ${found}`)
    }
    // An earlier try may have been for another size.
    await this.#file.truncate(this.ref.sizeBytes)
    await this.#synced.sync()
    await disk.makeDirectory(layout.shelf(id))
    // The piece list first: what is whole has one.
    if (this.pieceCount > 1) await disk.replaceFile(layout.wholePieces(id), this.#partial.hashes ?? new Uint8Array())
    await disk.rename(layout.partial(id), layout.whole(id))
    await this.#end(true)
    await removePartial(disk, layout, id)
  }

  async close(): Promise<void> {
    if (!this.#open) return
    await this.#end(false)
    if (this.#synced.hasFailed) await this.#forget()
  }

  /** Nothing of it is believed any more. */
  async #forget(): Promise<void> {
    this.#partial.verified.fill(0)
    await removePartial(this.#parts.disk, this.#parts.layout, this.ref.id)
  }

  async #end(finished: boolean): Promise<void> {
    this.#open = false
    await this.#whole.abandon()
    await Promise.allSettled([this.#synced.settled(), this.#listKept])
    await Promise.allSettled([this.#file.close(), this.#have.close()])
    this.#onEnd(finished)
  }
}
