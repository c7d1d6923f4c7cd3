/** The blobs that are whole here, by their hash: put, read, dropped. */
import { type BlobRef, type DiskFile, IsconfError, pieceBytes, pieceListOfSmall, type Random } from '../base/index.ts'
import type { PartialParts } from './partial.ts'
import { pieceCountOf, pieceHashBytes, pieceLength, refOfSmall } from './pieces.ts'
import { writeBlob } from './put.ts'

export interface WholeParts extends PartialParts {
  readonly random: Random
}

export class WholeBlobs {
  readonly #parts: WholeParts
  readonly #ids: Set<string>
  /** The directories of blobs that are there. */
  readonly #shelves: Set<string>
  readonly #sizeBytesById = new Map<string, number>()

  /** `ids` are the whole blobs that are there, `shelves` their directories. */
  constructor(parts: WholeParts, ids: Set<string>, shelves: Set<string>) {
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

  /** Notes that a blob is in its place now. */
  add(id: string): void {
    this.#ids.add(id)
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
      await this.putInPlace(contentById)
    } catch (error) {
      for (const id of contentById.keys()) {
        if (!this.has(id)) await this.#parts.disk.remove(this.#parts.layout.whole(id)).catch(() => undefined)
      }
      throw error
    }
    return all.map(({ ref }) => ref)
  }

  /** Puts small blobs of which none is here in their places, by their ids; durable when it returns. */
  async putInPlace(contentById: ReadonlyMap<string, Uint8Array>): Promise<void> {
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
  async *read(id: string): AsyncGenerator<Uint8Array> {
    const file = await this.open(id)
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

  /** The piece list. BLOB_MISSING; undefined when it has none. */
  async pieceHashes(id: string): Promise<Uint8Array | undefined> {
    const sizeBytes = await this.sizeOf(id)
    if (pieceCountOf(sizeBytes) <= 1) return pieceListOfSmall(id, sizeBytes)
    return this.#parts.disk.readFile(this.#parts.layout.wholePieces(id))
  }

  /** To be read, and closed by the caller. BLOB_MISSING. */
  async open(id: string): Promise<DiskFile> {
    if (!this.has(id)) throw missing(id)
    return this.openPlaced(id)
  }

  /** The same for one that is known to be in its place. BLOB_MISSING when it is not. */
  async openPlaced(id: string): Promise<DiskFile> {
    try {
      return await this.#parts.disk.open(this.#parts.layout.whole(id), 'read')
    } catch (error) {
      if (!isNotThere(error)) throw error
      await this.drop(id)
      throw missing(id)
    }
  }

  /** Bytes. BLOB_MISSING. */
  async sizeOf(id: string): Promise<number> {
    const known = this.#sizeBytesById.get(id)
    if (known !== undefined) return known
    const file = await this.open(id)
    try {
      const sizeBytes = await file.size()
      this.#sizeBytesById.set(id, sizeBytes)
      return sizeBytes
    } finally {
      await file.close()
    }
  }
}

/** Whether the disk has no such file. */
export function isNotThere(error: unknown): boolean {
  return error instanceof IsconfError && error.code === 'NO_SUCH_FILE'
}

/** BLOB_MISSING. */
export function missing(id: string): IsconfError {
  return new IsconfError('BLOB_MISSING', `file ${id} is not here`)
}
