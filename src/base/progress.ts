/** Telling how far a long transfer has come. */
import type { Clock } from './clock.ts'

/** Below this nobody waits long enough to ask. */
const worthTellingBytes = 64 * 1024 * 1024
/** Between two tellings. */
const tellEveryMs = 1_000

/** Counts bytes, and tells about every second how many of a large number there were. */
export class Progress {
  readonly #clock: Clock
  readonly #totalBytes: number
  readonly #tell: (doneBytes: number, totalBytes: number) => void
  #doneBytes = 0
  #toldAtMs: number

  constructor(clock: Clock, totalBytes: number, tell: (doneBytes: number, totalBytes: number) => void) {
    this.#clock = clock
    this.#totalBytes = totalBytes
    this.#tell = tell
    this.#toldAtMs = clock.monotonicMs()
  }

  /** The same chunks, counted as they pass; no more of them once `signal` is aborted. */
  async *count(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for await (const bytes of chunks) {
      signal.throwIfAborted()
      yield bytes
      this.#doneBytes += bytes.length
      if (this.#totalBytes <= worthTellingBytes || this.#clock.monotonicMs() - this.#toldAtMs < tellEveryMs) continue
      this.#toldAtMs = this.#clock.monotonicMs()
      this.#tell(this.#doneBytes, this.#totalBytes)
    }
  }
}
