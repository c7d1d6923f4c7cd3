/** Files that are read while they arrive, in order, piece by verified piece. */
import { type BlobRef, type ByteRange, type ErrorCode, pieceBytes, toIsconfError } from '../../base/index.ts'
import type { BlobStore } from '../../store/index.ts'

/** How often a copy that turned out damaged is fetched again. */
const triesMax = 3

export class ArrivingBlobs {
  readonly #store: BlobStore
  readonly #fetch: (ref: BlobRef) => Promise<void>
  readonly #readersById = new Map<string, Set<Reader>>()

  /** `fetch` gets a blob, or joins a fetch that is under way. */
  constructor(store: BlobStore, fetch: (ref: BlobRef) => Promise<void>) {
    this.#store = store
    this.#fetch = fetch
  }

  /**
   * A part of a blob, at most a piece at a time. What is not here is fetched, and given as soon as it arrives, except
   * the last piece: that comes only when the whole is right. BLOB_MISSING if the rest can't be had.
   */
  async *read(ref: BlobRef, { from, end }: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const reader = this.#enter(ref, Math.floor(from / pieceBytes))
    try {
      for (; reader.index * pieceBytes < end; reader.index += 1) {
        const piece = await this.#piece(ref, reader, signal)
        const start = reader.index * pieceBytes
        yield piece.subarray(Math.max(0, from - start), Math.min(piece.length, end - start))
      }
    } finally {
      this.#leave(ref, reader)
    }
  }

  /** More of a blob may be here. */
  wake(id: string): void {
    for (const reader of this.#readersById.get(id) ?? []) reader.wake()
  }

  /** The first piece of a blob that a reader waits for; undefined if none waits. */
  wanted(id: string): number | undefined {
    const readers = [...(this.#readersById.get(id) ?? [])]
    return readers.length === 0 ? undefined : Math.min(...readers.map(({ index }) => index))
  }

  async #piece(ref: BlobRef, reader: Reader, signal: AbortSignal): Promise<Uint8Array> {
    for (let tries = 1; ; tries += 1) {
      await this.#untilHere(ref, reader, signal)
      try {
        return await this.#store.readPiece(ref, reader.index)
      } catch (thrown) {
        // It was dropped, this moment or because it is damaged: another host has a good one.
        if (tries === triesMax || !goneCodes.includes(toIsconfError(thrown).code)) throw thrown
      }
    }
  }

  async #untilHere(ref: BlobRef, reader: Reader, signal: AbortSignal): Promise<void> {
    const isLast = (reader.index + 1) * pieceBytes >= ref.sizeBytes
    for (;;) {
      signal.throwIfAborted()
      if (this.#store.has(ref.id)) return
      // Whether anybody has the rest turns out the sooner.
      const fetched = this.#fetch(ref)
      fetched.catch(() => undefined)
      const held = isLast ? undefined : await this.#store.held(ref.id)
      if (held?.has(reader.index)) return
      await reader.next(fetched, signal)
    }
  }

  #enter(ref: BlobRef, index: number): Reader {
    const reader = new Reader(index)
    const readers = this.#readersById.get(ref.id) ?? new Set()
    this.#readersById.set(ref.id, readers.add(reader))
    return reader
  }

  #leave({ id }: BlobRef, reader: Reader): void {
    const readers = this.#readersById.get(id)
    readers?.delete(reader)
    if (readers?.size === 0) this.#readersById.delete(id)
  }
}

const goneCodes: readonly ErrorCode[] = ['BLOB_MISSING', 'BLOB_MISMATCH']

/** A reader, and the piece it has reached. */
class Reader {
  index: number
  wake: () => void = () => undefined

  constructor(index: number) {
    this.index = index
  }

  /** Resolves when more may be here; rejects when the fetch has failed or the signal is aborted. */
  next(fetched: Promise<void>, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const give = (): void => reject(signal.reason)
      signal.addEventListener('abort', give, { once: true })
      const forget = (): void => signal.removeEventListener('abort', give)
      this.wake = () => {
        forget()
        resolve()
      }
      fetched.then(this.wake, (error: unknown) => {
        forget()
        reject(error)
      })
    })
  }
}
