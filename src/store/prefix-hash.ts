/** Hashes a blob while its pieces arrive: along those that are here from the first one on. */
import { PieceMemory } from '../base/index.ts'
import type { WholeHash, WholeHasher } from './whole-hash.ts'

/** Reads a piece that is here, into `memory` or memory of its own. */
type ReadPiece = (index: number, memory: Uint8Array) => Promise<Uint8Array>

export class PrefixHash {
  readonly #hash: WholeHash
  readonly #pieceCount: number
  readonly #has: (index: number) => boolean
  readonly #read: ReadPiece
  /** What pieces are read into: one while the one before is hashed. */
  readonly #memory = new PieceMemory()
  #next = 0
  #walk: Promise<void> | undefined
  #failure: unknown

  constructor(hasher: WholeHasher, pieceCount: number, has: (index: number) => boolean, read: ReadPiece) {
    this.#hash = hasher.start()
    this.#pieceCount = pieceCount
    this.#has = has
    this.#read = read
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
    this.#hash.abandon()
    await this.#walk
  }

  #mayAdvance(): boolean {
    return this.#next < this.#pieceCount && this.#has(this.#next)
  }

  async #walkOn(): Promise<void> {
    let hashing = Promise.resolve()
    while (this.#mayAdvance() && this.#failure === undefined) {
      const memory = this.#memory.take()
      const bytes = await this.#read(this.#next, memory)
      await hashing
      hashing = this.#hash.update(bytes).then(() => this.#memory.give(memory))
      // Seen when the next one has been read.
      hashing.catch(() => undefined)
      this.#next++
    }
    await hashing
  }
}
