/** Blobs by their hash: put, got, dropped, and taken in piece by piece from others. */
import {
  type BlobRef,
  type BlobSink,
  type DiskFile,
  type HeldPieces,
  IsconfError,
  invariant,
  isSha256Hex,
  type OpenableBlobs,
  type OpenBlob,
  pieceBytes,
} from '../base/index.ts'
import { openPartialSink } from './open-partial.ts'
import type { PartialParts } from './partial.ts'
import { Partial } from './partial-state.ts'
import { isPieceList, pieceCountOf, pieceHashBytes, pieceLength } from './pieces.ts'
import { SmallSink } from './small-sink.ts'
import { isNotThere, missing, type WholeBlobs } from './whole-blobs.ts'

export class BlobStore implements OpenableBlobs {
  readonly #parts: PartialParts
  readonly #whole: WholeBlobs
  readonly #partialById = new Map<string, Partial>()
  readonly #sinkIds = new Set<string>()
  /** Of the blob that was read by piece last: piece after piece is. */
  #lastList: { readonly pieces: string; readonly list: Uint8Array } | undefined

  /** Use {@link openStore}; `whole` are the blobs that are there. */
  constructor(parts: PartialParts, whole: WholeBlobs) {
    this.#parts = parts
    this.#whole = whole
  }

  /** Whether the whole blob is here. */
  has(id: string): boolean {
    return this.#whole.has(id)
  }

  /** The whole blobs. */
  ids(): readonly string[] {
    return this.#whole.ids()
  }

  /** Keeps a blob; durable when it returns. When it fails, or `chunks` does, nothing is kept. */
  put(chunks: AsyncIterable<Uint8Array>): Promise<BlobRef> {
    return this.#whole.put(chunks)
  }

  /**
   * Keeps several blobs of one piece at most, with few waits for the disk; durable when it returns. When it fails, none
   * is kept that was not here.
   */
  putSmall(contents: readonly Uint8Array[]): Promise<readonly BlobRef[]> {
    return this.#whole.putSmall(contents)
  }

  /** The blob's bytes, checked as {@link WholeBlobs.read} says. BLOB_MISSING, BLOB_MISMATCH. */
  readWhole(id: string): AsyncGenerator<Uint8Array> {
    return this.#whole.read(id)
  }

  /** Forgets the whole blob; no failure when it is not here. */
  drop(id: string): Promise<void> {
    return this.#whole.drop(id)
  }

  /**
   * Takes a blob in, beginning with what an earlier try has left. For a blob
   * that is not whole here and has no other sink open in this process.
   */
  async sink(ref: BlobRef): Promise<BlobSink> {
    invariant(isSha256Hex(ref.id) && isSha256Hex(ref.pieces), 'the names of a blob are hashes')
    invariant(!this.has(ref.id), 'a blob that is whole here is not taken in')
    invariant(!this.#sinkIds.has(ref.id), 'a blob is taken in once at a time')
    this.#sinkIds.add(ref.id)
    if (pieceCountOf(ref.sizeBytes) <= 1) {
      const keep = (content: Uint8Array): Promise<void> => this.#whole.putInPlace(new Map([[ref.id, content]]))
      return new SmallSink(ref, keep, () => this.#sinkIds.delete(ref.id))
    }
    const partial = new Partial(ref)
    this.#partialById.set(ref.id, partial)
    const onEnd = (finished: boolean): void => {
      this.#sinkIds.delete(ref.id)
      if (!finished) return
      this.#partialById.delete(ref.id)
      this.#whole.add(ref.id)
    }
    try {
      return await openPartialSink(this.#parts, partial, onEnd)
    } catch (error) {
      onEnd(false)
      throw error
    }
  }

  async held(id: string): Promise<HeldPieces | undefined> {
    if (this.has(id)) return { count: pieceCountOf(await this.#whole.sizeOf(id)), has: () => true }
    const partial = this.#partialById.get(id)
    return partial === undefined ? undefined : { count: partial.verified.length, has: (index) => partial.has(index) }
  }

  async pieceHashes(id: string): Promise<Uint8Array | undefined> {
    return this.has(id) ? this.#whole.pieceHashes(id) : this.#partialById.get(id)?.hashes
  }

  async read(id: string, position: number, length: number, into?: Uint8Array): Promise<Uint8Array> {
    const { file } = await this.openToServe(id, position, length)
    try {
      return await file.read(position, length, into)
    } finally {
      await file.close()
    }
  }

  async openToServe(id: string, position: number, length: number): Promise<OpenBlob> {
    if (this.has(id)) return { file: await this.#whole.open(id), isWhole: true }
    const partial = this.#partialById.get(id)
    const end = Math.min(position + length, partial?.ref.sizeBytes ?? 0)
    for (let index = Math.floor(position / pieceBytes); index * pieceBytes < end; index++) {
      if (!partial?.has(index)) throw missing(id)
    }
    if (end <= position) throw missing(id)
    try {
      return { file: await this.#parts.disk.open(this.#parts.layout.partial(id), 'read'), isWhole: false }
    } catch (error) {
      if (!isNotThere(error)) throw error
      // It may have become whole, and moved, this moment.
      return { file: await this.#whole.openPlaced(id), isWhole: true }
    }
  }

  async openPieceHashes(id: string): Promise<DiskFile | undefined> {
    const { disk, layout } = this.#parts
    const isKnown = this.has(id) || this.#partialById.get(id)?.hashes !== undefined
    if (!isKnown) return undefined
    try {
      return await disk.open(this.has(id) ? layout.wholePieces(id) : layout.partialPieces(id), 'read')
    } catch (error) {
      if (!isNotThere(error)) throw error
      return undefined
    }
  }

  /**
   * A piece that is here, of a whole blob or of one on its way in, checked against the reference. BLOB_MISSING;
   * BLOB_MISMATCH when it is damaged, and then a whole blob is dropped.
   */
  async readPiece(ref: BlobRef, index: number): Promise<Uint8Array> {
    const length = pieceLength(ref.sizeBytes, index)
    const list = await this.#checkedList(ref)
    const bytes = await this.read(ref.id, index * pieceBytes, length)
    const found = await this.#parts.hasher.sha256(bytes)
    const at = index * pieceHashBytes
    if (list && Buffer.compare(found, list.subarray(at, at + pieceHashBytes)) === 0) return bytes
    await this.drop(ref.id)
    throw new IsconfError('BLOB_MISMATCH', `piece ${index} of the stored copy of file ${ref.id} is damaged`)
  }

  /** The piece list that a reference names; undefined when what is here is another one. */
  async #checkedList(ref: BlobRef): Promise<Uint8Array | undefined> {
    if (this.#lastList?.pieces === ref.pieces) return this.#lastList.list
    const list = await this.pieceHashes(ref.id)
    if (list === undefined || !isPieceList(ref, list)) return undefined
    this.#lastList = { pieces: ref.pieces, list }
    return list
  }
}
