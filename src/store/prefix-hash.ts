/** Hashes a blob while its pieces arrive: along those that are here from the first one on. */
import { type DiskFile, PieceMemory, pieceBytes } from '../base/index.ts'
import type { Partial } from './partial-state.ts'
import { pieceLength } from './pieces.ts'
import type { WholeHash, WholeHasher } from './whole-hash.ts'

/** With fewer pieces a thread is not worth its start. */
const threadPiecesMin = 3

export class PrefixHash {
  readonly #hash: WholeHash
  readonly #partial: Partial
  readonly #file: DiskFile
  /** What pieces are read into: one while the one before is hashed. */
  readonly #memory = new PieceMemory()
  #next = 0
  #walk: Promise<void> | undefined
  #failure: unknown

  /** `file` has the pieces, each in its place. */
  constructor(hasher: WholeHasher, partial: Partial, file: DiskFile) {
    this.#hash = hasher.start()
    this.#partial = partial
    this.#file = file
  }

  /** Goes on when more is here. */
  advance(): void {
    if (this.#walk !== undefined || this.#failure !== undefined || !this.#mayAdvance()) return
    this.#walk = this.#walkOn()
      .catch((error: unknown) => {
        this.#failure = error ?? new Error('hashing failed')
      })
      .finally(() => {
        this.#walk = undefined
        this.advance()
      })
  }

  /** The hash of the whole, in hexadecimal, once every piece is here. */
  async digest(): Promise<string> {
    this.advance()
    while (this.#walk !== undefined) await this.#walk
    if (this.#failure !== undefined) throw this.#failure
    return this.#hash.digest()
  }

  /** Gives up, and waits until nothing is read any more. */
  async abandon(): Promise<void> {
    this.#failure ??= new Error('the hash was abandoned')
    await this.#walk
    this.#hash.abandon()
  }

  #mayAdvance(): boolean {
    return this.#next < this.#partial.verified.length && this.#partial.has(this.#next)
  }

  async #walkOn(): Promise<void> {
    const { descriptor } = this.#file
    if (descriptor !== undefined && this.#hash.updateFrom && this.#partial.verified.length >= threadPiecesMin)
      return this.#walkThere((part) => this.#hash.updateFrom?.({ descriptor, ...part }))
    let hashing = Promise.resolve()
    while (this.#mayAdvance() && this.#failure === undefined) {
      const memory = this.#memory.take()
      const { position, length } = this.#part()
      const bytes = await this.#file.read(position, length, memory.subarray(0, length))
      await hashing
      hashing = this.#hash.update(bytes).then(() => this.#memory.give(memory))
      // Seen when the next one has been read.
      hashing.catch(() => undefined)
      this.#next++
    }
    await hashing
  }

  /** One piece after the other is read where it is hashed. */
  async #walkThere(add: (part: { position: number; length: number }) => Promise<void> | undefined): Promise<void> {
    while (this.#mayAdvance() && this.#failure === undefined) {
      await add(this.#part())
      this.#next++
    }
  }

  /** Where the next piece is. */
  #part(): { position: number; length: number } {
    return { position: this.#next * pieceBytes, length: pieceLength(this.#partial.ref.sizeBytes, this.#next) }
  }
}
