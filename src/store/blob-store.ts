/** Blobs by their hash: put, got, dropped, and taken in piece by piece from others. */
import {
  type BlobRef,
  type BlobSink,
  type BlobSource,
  type DiskFile,
  type HeldPieces,
  IsconfError,
  invariant,
  isSha256Hex,
  pieceBytes,
  type Random,
} from '../base/index.ts'
import { openPartialSink, Partial, type PartialParts } from './partial.ts'
import { isPieceList, pieceCountOf, pieceHashBytes, pieceLength, pieceListOfSmall, refOfSmall } from './pieces.ts'
import { writeBlob } from './put.ts'
import { SmallSink } from './small-sink.ts'

export class BlobStore implements BlobSource {
  readonly #parts: PartialParts & { readonly random: Random }
  readonly #ids: Set<string>
  /** The directories of blobs that are there. */
  readonly #shelves: Set<string>
  readonly #sizeBytesById = new Map<string, number>()
  readonly #partialById = new Map<string, Partial>()
  readonly #sinkIds = new Set<string>()
  /** Of the blob that was read by piece last: piece after piece is. */
  #lastList: { readonly pieces: string; readonly list: Uint8Array } | undefined

  /** Use {@link openStore}; `ids` are the whole blobs that are there, `shelves` their directories. */
  constructor(parts: PartialParts & { readonly random: Random }, ids: Set<string>, shelves: Set<string>) {
    this.#parts = parts
    this.#ids = ids
    this.#shelves = shelves
  }

  /** Whether the whole blob is here. */
  has(id: string): boolean {
    return this.#ids.has(id)
  }

  /** The whole blobs. */
  ids(): readonly string[] {
    return [...this.#ids]
  }

  /** Keeps a blob; durable when it returns. When it fails, or `chunks` does, nothing is kept. */
  async put(chunks: AsyncIterable<Uint8Array>): Promise<BlobRef> {
    const { disk, layout, random } = this.#parts
    const path = layout.put(Buffer.from(random.bytes(8)).toString('hex'))
    try {
      const { ref, hashes } = await writeBlob(this.#parts, path, chunks)
      if (this.has(ref.id)) {
        await disk.remove(path)
        return ref
      }
      await disk.makeDirectory(layout.shelf(ref.id))
      if (hashes.length > pieceHashBytes) await disk.replaceFile(layout.wholePieces(ref.id), hashes)
      await disk.rename(path, layout.whole(ref.id))
      this.#ids.add(ref.id)
      return ref
    } catch (error) {
      await disk.remove(path).catch(() => undefined)
      throw error
    }
  }

  /**
   * Keeps several blobs of one piece at most, with few waits for the disk; durable when it returns. When it fails, none
   * is kept that was not here.
   */
  async putSmall(contents: readonly Uint8Array[]): Promise<readonly BlobRef[]> {
    const all = contents.map((content) => ({ content, ref: refOfSmall(content) }))
    const contentById = new Map(all.flatMap(({ content, ref: { id } }) => (this.has(id) ? [] : [[id, content]])))
    try {
      await this.#putInPlace(contentById)
    } catch (error) {
      for (const id of contentById.keys()) {
        if (!this.has(id)) await this.#parts.disk.remove(this.#parts.layout.whole(id)).catch(() => undefined)
      }
      throw error
    }
    return all.map(({ ref }) => ref)
  }

  async #putInPlace(contentById: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const { disk, layout } = this.#parts
    const ids = [...contentById.keys()]
    const missing = new Set(ids.map((id) => layout.shelf(id)).filter((shelf) => !this.#shelves.has(shelf)))
    await disk.makeDirectory(...missing)
    for (const shelf of missing) this.#shelves.add(shelf)
    await disk.replaceFiles([...contentById].map(([id, content]) => ({ path: layout.whole(id), content })))
    for (const id of ids) this.#ids.add(id)
  }

  /**
   * The blob's bytes, a MiB at a time, hashed on the way: the last portion
   * comes only when the whole is right. BLOB_MISSING when it is not here;
   * BLOB_MISMATCH when it is damaged, and then it is dropped.
   */
  async *readWhole(id: string): AsyncGenerator<Uint8Array> {
    const file = await this.#openWhole(id)
    const whole = this.#parts.wholeHasher.start()
    let found: string
    let last: Uint8Array | undefined
    try {
      const sizeBytes = await file.size()
      for (let position = 0; position < sizeBytes; position += pieceBytes) {
        const bytes = await file.read(position, pieceLength(sizeBytes, Math.floor(position / pieceBytes)))
        if (last !== undefined) yield last
        last = bytes
        await whole.update(bytes)
      }
      found = await whole.digest()
    } finally {
      whole.abandon()
      await file.close()
    }
    if (found !== id) {
      await this.drop(id)
      throw new IsconfError('BLOB_MISMATCH', `the stored copy of file ${id} is damaged: its hash is ${found}`)
    }
    if (last !== undefined) yield last
  }

  /** Forgets the whole blob; no failure when it is not here. */
  async drop(id: string): Promise<void> {
    const { disk, layout } = this.#parts
    this.#sizeBytesById.delete(id)
    if (!this.#ids.delete(id)) return
    await disk.remove(layout.whole(id))
    await disk.remove(layout.wholePieces(id))
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
      const keep = (content: Uint8Array): Promise<void> => this.#putInPlace(new Map([[ref.id, content]]))
      return new SmallSink(ref, keep, () => this.#sinkIds.delete(ref.id))
    }
    const partial = new Partial(ref)
    this.#partialById.set(ref.id, partial)
    const onEnd = (finished: boolean): void => {
      this.#sinkIds.delete(ref.id)
      if (!finished) return
      this.#partialById.delete(ref.id)
      this.#ids.add(ref.id)
    }
    try {
      return await openPartialSink(this.#parts, partial, onEnd)
    } catch (error) {
      onEnd(false)
      throw error
    }
  }

  async held(id: string): Promise<HeldPieces | undefined> {
    if (this.has(id)) return { count: pieceCountOf(await this.#sizeOf(id)), has: () => true }
    const partial = this.#partialById.get(id)
    return partial === undefined ? undefined : { count: partial.verified.length, has: (index) => partial.has(index) }
  }

  async pieceHashes(id: string): Promise<Uint8Array | undefined> {
    if (!this.has(id)) return this.#partialById.get(id)?.hashes
    const sizeBytes = await this.#sizeOf(id)
    if (pieceCountOf(sizeBytes) <= 1) return pieceListOfSmall(id, sizeBytes)
    return this.#parts.disk.readFile(this.#parts.layout.wholePieces(id))
  }

  async read(id: string, position: number, length: number): Promise<Uint8Array> {
    const file = await this.#openToServe(id, position, length)
    try {
      return await file.read(position, length)
    } finally {
      await file.close()
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

  async #openToServe(id: string, position: number, length: number): Promise<DiskFile> {
    if (this.has(id)) return this.#openWhole(id)
    const partial = this.#partialById.get(id)
    const end = Math.min(position + length, partial?.ref.sizeBytes ?? 0)
    for (let index = Math.floor(position / pieceBytes); index * pieceBytes < end; index++) {
      if (!partial?.has(index)) throw missing(id)
    }
    if (end <= position) throw missing(id)
    try {
      return await this.#parts.disk.open(this.#parts.layout.partial(id), 'read')
    } catch (error) {
      if (!isNotThere(error)) throw error
      // It may have become whole, and moved, this moment.
      return await this.#openPlaced(id)
    }
  }

  async #openWhole(id: string): Promise<DiskFile> {
    if (!this.has(id)) throw missing(id)
    return this.#openPlaced(id)
  }

  async #openPlaced(id: string): Promise<DiskFile> {
    try {
      return await this.#parts.disk.open(this.#parts.layout.whole(id), 'read')
    } catch (error) {
      if (!isNotThere(error)) throw error
      await this.drop(id)
      throw missing(id)
    }
  }

  async #sizeOf(id: string): Promise<number> {
    const known = this.#sizeBytesById.get(id)
    if (known !== undefined) return known
    const file = await this.#openWhole(id)
    try {
      const sizeBytes = await file.size()
      this.#sizeBytesById.set(id, sizeBytes)
      return sizeBytes
    } finally {
      await file.close()
    }
  }
}

function isNotThere(error: unknown): boolean {
  return error instanceof IsconfError && error.code === 'NO_SUCH_FILE'
}

function missing(id: string): IsconfError {
  return new IsconfError('BLOB_MISSING', `file ${id} is not here`)
}
