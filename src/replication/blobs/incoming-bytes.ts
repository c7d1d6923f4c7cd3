/** Files that are arriving, and the room that they need: none is begun that would use up the reserve. */
import { type BlobRef, type Log, type Room, requireRoom } from '../../base/index.ts'
import { bytesOf } from '../../transfer/index.ts'

export interface IncomingDeps {
  readonly log: Log
  /** How much of the disk arriving files may take; all of it if absent. */
  readonly room?: Room
}

export class IncomingBytes {
  readonly #deps: IncomingDeps
  /** The bytes of all files that are arriving. What an earlier try has left of them counts twice for a while. */
  #promisedBytes = 0
  /** Files that wait for room, with the reason. */
  readonly #waitingById = new Map<string, { readonly ref: BlobRef; readonly why: string }>()

  constructor(deps: IncomingDeps) {
    this.#deps = deps
  }

  /** Does `work`, which brings a file here, if there is room for it. DISK_FULL names the reserve. */
  async during(ref: BlobRef, work: () => Promise<void>): Promise<void> {
    const promised = this.#promisedBytes
    this.#promisedBytes += ref.sizeBytes
    try {
      await requireRoom(this.#deps.room, promised + ref.sizeBytes).catch((error: unknown) => this.#wait(ref, error))
      this.#waitingById.delete(ref.id)
      await work()
    } finally {
      this.#promisedBytes -= ref.sizeBytes
    }
  }

  /**
   * Does `work`, which brings small files here, if there is room for all of them. If not, each will be refused by
   * itself.
   */
  async ifRoom(refs: readonly BlobRef[], work: () => Promise<void>): Promise<void> {
    const bytes = bytesOf(refs)
    const left = await this.#deps.room?.left().catch(() => 0)
    if (left === undefined || left >= this.#promisedBytes + bytes) await work()
  }

  #wait(ref: BlobRef, error: unknown): never {
    const { log } = this.#deps
    const why = error instanceof Error ? error.message : String(error)
    const facts = { blob: ref.id, sizeBytes: ref.sizeBytes }
    if (this.#waitingById.size === 0) log.warn(facts, `a file is not fetched: ${why}`)
    this.#waitingById.set(ref.id, { ref, why })
    throw error
  }

  /** What is not fetched, in a sentence each; none if everything is. */
  texts(): readonly string[] {
    const [first] = this.#waitingById.values()
    if (!first) return []
    const bytes = bytesOf([...this.#waitingById.values()].map(({ ref }) => ref))
    const count = this.#waitingById.size
    const what = count === 1 ? '1 file' : `${count} files`
    return [`${what} of ${bytes} bytes from other hosts not fetched: ${first.why}`]
  }
}
