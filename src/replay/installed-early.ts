/**
 * The newest changeset of which this host has something early: a file recorded with `--latest`, or a void operation
 * that it passed over. If that changeset is on a line that loses a split, the host has gone along with that line.
 */
import { type ChangesetId, type Disk, IsconfError, isSha256Hex, writing } from '../base/index.ts'
import type { Journal } from '../journal/index.ts'

export class InstalledEarly {
  readonly #disk: Disk
  readonly #path: string
  #id: ChangesetId | undefined

  private constructor(disk: Disk, path: string, id: ChangesetId | undefined) {
    this.#disk = disk
    this.#path = path
    this.#id = id
  }

  /** STATE_DAMAGED. */
  static async open(disk: Disk, path: string): Promise<InstalledEarly> {
    const bytes = await disk.readFile(path)
    const id = bytes ? Buffer.from(bytes).toString('utf8').trim() : undefined
    if (id !== undefined && !isSha256Hex(id)) {
      throw new IsconfError('STATE_DAMAGED', `${path} does not hold the id of a changeset`)
    }
    return new InstalledEarly(disk, path, id as ChangesetId | undefined)
  }

  /**
   * Undefined if this host never was ahead. A changeset that the host has reached since does no harm: its history has
   * it, too.
   */
  get id(): ChangesetId | undefined {
    return this.#id
  }

  /** Notes a changeset before something of it is installed, if it is the newest; durable when it returns. */
  async note(id: ChangesetId, journal: Journal): Promise<void> {
    const [before, now] = [this.#id && journal.sequenceOf(this.#id), journal.sequenceOf(id)]
    if (before !== undefined && now !== undefined && before >= now) return
    await writing(
      () => this.#disk.replaceFile(this.#path, `${id}\n`),
      () => {
        this.#id = id
      },
    )
  }
}
