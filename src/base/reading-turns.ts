/**
 * Reads into one piece of memory while another one is looked at: for a long file, new memory for each read takes longer
 * than the reading.
 */
import type { DiskFile } from './disk.ts'

export class ReadingTurns {
  readonly #file: DiskFile
  #next = new Uint8Array()
  #other = new Uint8Array()

  constructor(file: DiskFile) {
    this.#file = file
  }

  /** The bytes are there until this is called a second time. */
  read(position: number, length: number): Promise<Uint8Array> {
    const memory = this.#next.length < length ? Buffer.allocUnsafeSlow(length) : this.#next
    this.#next = this.#other
    this.#other = memory
    return this.#file.read(position, Math.max(0, length), memory)
  }
}
