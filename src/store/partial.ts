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
import { loadHashes, removePartial } from './partial-files.ts'
import type { Partial } from './partial-state.ts'
import { isPieceList, noteHoles, pieceHashBytes, pieceLength } from './pieces.ts'
import { PrefixHash } from './prefix-hash.ts'
import { SyncedOnTheWay } from './synced-on-the-way.ts'
import type { WholeHasher } from './whole-hash.ts'

export interface PartialParts {
  readonly disk: Disk
  readonly layout: Layout
  readonly hasher: Hasher
  readonly wholeHasher: WholeHasher
}

/** Opens what is on the disk of a partial blob, checks it, and takes it up again. */
export async function openPartialSink(
  parts: PartialParts,
  partial: Partial,
  onEnd: (finished: boolean) => void,
): Promise<BlobSink> {
  const { disk, layout } = parts
  const { ref } = partial
  const found = await loadHashes(parts, ref)
  partial.hashes = found
  partial.verified.fill(0)
  const file = await disk.open(layout.partial(ref.id), 'write')
  let have: DiskFile | undefined
  try {
    have = await disk.open(layout.partialHave(ref.id), 'write')
    if (found !== undefined) await recheck(parts, partial, file, have)
    // Nothing but holes at first: zeros then need no writing. An earlier try may have left something in its place.
    const isFresh = (await file.size()) === 0
    if (isFresh) await file.truncate(ref.sizeBytes)
    return new PartialSink(parts, partial, { file, have, isFresh }, onEnd)
  } catch (error) {
    await Promise.allSettled([file.close(), have?.close()])
    throw error
  }
}

async function recheck(parts: PartialParts, partial: Partial, file: DiskFile, have: DiskFile): Promise<void> {
  const memory = Buffer.allocUnsafeSlow(pieceBytes)
  const recorded = await have.read(0, partial.verified.length)
  for (const [index, mark] of recorded.entries()) {
    if (mark !== 1) continue
    const bytes = await readPiece(partial.ref, file, index, memory)
    if (await matches(parts.hasher, partial, index, bytes)) partial.verified[index] = 1
  }
}

function readPiece(ref: BlobRef, file: DiskFile, index: number, memory: Uint8Array): Promise<Uint8Array> {
  const length = pieceLength(ref.sizeBytes, index)
  return file.read(index * pieceBytes, length, memory.subarray(0, length))
}

async function matches(hasher: Hasher, partial: Partial, index: number, bytes: Uint8Array): Promise<boolean> {
  if (bytes.length !== pieceLength(partial.ref.sizeBytes, index)) return false
  const hash = await hasher.sha256(bytes)
  const at = index * pieceHashBytes
  const wanted = partial.hashes?.subarray(at, at + pieceHashBytes)
  return wanted !== undefined && Buffer.compare(hash, wanted) === 0
}

interface PartialFiles {
  readonly file: DiskFile
  readonly have: DiskFile
  /** Whether the file had nothing in it when it was opened. */
  readonly isFresh: boolean
}

class PartialSink implements BlobSink {
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
    await this.#parts.disk.replaceFile(this.#parts.layout.partialPieces(this.ref.id), hashes)
    this.#partial.hashes = Uint8Array.from(hashes)
    if (!this.#isFresh) return true
    noteHoles(hashes, this.#partial.verified)
    await this.#have.write(0, this.#partial.verified)
    this.#whole.advance()
    return true
  }

  has(index: number): boolean {
    return this.#partial.has(index)
  }

  async putPiece(index: number, bytes: Uint8Array): Promise<boolean> {
    invariant(this.#open && this.hashesKnown(), 'a piece is put into an open blob whose piece list is known')
    invariant(index >= 0 && index < this.pieceCount, 'a piece that is put is one of the blob')
    if (this.has(index)) return true
    if (!(await matches(this.#parts.hasher, this.#partial, index, bytes))) return false
    const position = index * pieceBytes
    if (this.#isFresh) await writeAroundHoles(this.#file, position, bytes)
    else await this.#file.write(position, bytes)
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
    await this.#synced.settled()
    await Promise.allSettled([this.#file.close(), this.#have.close()])
    this.#onEnd(finished)
  }
}
