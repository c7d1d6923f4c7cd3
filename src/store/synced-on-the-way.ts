/**
 * A file that is synced while it is being written: the disk works while more arrives, and the last sync, which somebody
 * waits for, has little left to do. What such a sync covers is not relied on before {@link SyncedOnTheWay.sync}.
 */
import type { DiskFile } from '../base/index.ts'

/** Fewer bytes would cost more syncs than they save waiting. */
const stepBytes = 16 * 1024 * 1024

export class SyncedOnTheWay {
  readonly #file: DiskFile
  #unsyncedBytes = 0
  #underWay: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(file: DiskFile) {
    this.#file = file
  }

  /**
   * Whether a sync has failed. What was written is then not to be believed, whatever is read: the kernel has forgotten
   * that it is not on the disk, and the next sync would succeed.
   */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** So many bytes were written. Throws the failure of a sync on the way. */
  wrote(bytes: number): void {
    this.#throwFailure()
    this.#unsyncedBytes += bytes
    if (this.#unsyncedBytes >= stepBytes && this.#underWay === undefined) void this.#begin()
  }

  /** Makes durable what was written, all of it. */
  async sync(): Promise<void> {
    await this.settled()
    this.#throwFailure()
    await this.#begin()
    this.#throwFailure()
  }

  /** Resolves when no sync is under way. */
  async settled(): Promise<void> {
    await this.#underWay
  }

  #begin(): Promise<void> {
    this.#unsyncedBytes = 0
    this.#underWay = this.#file
      .sync()
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => {
        this.#underWay = undefined
      })
    return this.#underWay
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }
}
