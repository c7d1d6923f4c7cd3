/** Bytes that grow in place, so that a large file costs no copy a write. */
export class GrowingBytes {
  #bytes: Uint8Array
  #size: number

  constructor(bytes: Uint8Array) {
    this.#bytes = Uint8Array.from(bytes)
    this.#size = bytes.length
  }

  get size(): number {
    return this.#size
  }

  slice(start: number, end = this.#size): Uint8Array {
    return this.#bytes.slice(Math.min(start, this.#size), Math.min(end, this.#size))
  }

  write(position: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (position + bytes.length > this.#size) this.resize(position + bytes.length)
    this.#bytes.set(bytes, position)
  }

  /** What is beyond the old end reads as zeros. */
  resize(size: number): void {
    if (size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.#bytes.length))
      larger.set(this.#bytes.subarray(0, this.#size))
      this.#bytes = larger
    }
    if (size < this.#size) this.#bytes.fill(0, size, this.#size)
    this.#size = size
  }
}
