/**
 * Memory for pieces of blobs, used again and again. A piece that gets memory of its own is garbage a moment later, and
 * so much of it that V8 marks the whole heap every thirty milliseconds: half of what a host that sends a file did. All
 * threads see it, so that one can hash a piece where it lies.
 */
import { pieceBytes } from './blob.ts'

export class PieceMemory {
  readonly #spare: Uint8Array[] = []

  /** Memory for one piece, with anything in it. */
  take(): Uint8Array {
    return this.#spare.pop() ?? new Uint8Array(new SharedArrayBuffer(pieceBytes))
  }

  /** Takes back what {@link take} has given. Nobody may read or write it any more: who is not sure forgets it instead. */
  give(memory: Uint8Array): void {
    this.#spare.push(memory)
  }

  /** Forgets what is spare. */
  clear(): void {
    this.#spare.length = 0
  }
}
