/** Files on their way here, and the room that they need: none is begun that would not leave the reserve free. */
import { type BlobRef, type Log, type Room, requireRoom } from '../../base/index.ts'
import { bytesOf } from './blob-protocol.ts'

export interface IncomingDeps {
  readonly log: Log
  /** What of the disk may be taken by what arrives; all of it when absent. */
  readonly room?: Room
}

export class IncomingBytes {
  readonly #deps: IncomingDeps
  /** Of all that are on their way: what an earlier try has left of them counts twice for a while. */
  #promisedBytes = 0
  /** Those that wait for room, with why. */
  readonly #waitingById = new Map<string, { readonly ref: BlobRef; readonly why: string }>()

  constructor(deps: IncomingDeps) {
    this.#deps = deps
  }

  /** Does what brings a file here, when there is room for it. DISK_FULL names the reserve. */
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

  /** Does what brings small files here, unless they have no room together: then each is told to be too much by itself. */
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

  /** What is not fetched, in a sentence; none when all is. */
  texts(): readonly string[] {
    const [first] = this.#waitingById.values()
    if (!first) return []
    const bytes = bytesOf([...this.#waitingById.values()].map(({ ref }) => ref))
    const count = this.#waitingById.size
    const what = count === 1 ? '1 file' : `${count} files`
    return [`${what} of ${bytes} bytes from other hosts not fetched: ${first.why}`]
  }
}
