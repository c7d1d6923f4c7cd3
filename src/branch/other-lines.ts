/** The lines of a split branch that are not its journal: kept whole, side by side, until someone resolves the split. */
import { type ChangesetId, type Disk, type DomainName, IsconfError } from '../base/index.ts'
import { Journal, type SignedChangeset } from '../journal/index.ts'

/** How many other lines are kept; more would be a flood. */
const otherLinesMax = 8

export class OtherLines {
  readonly #disk: Disk
  readonly #directory: string
  readonly #domain: DomainName
  /** By the first changeset that is not in the branch's journal. */
  readonly #journalByFirst = new Map<ChangesetId, Journal>()

  private constructor(disk: Disk, directory: string, domain: DomainName) {
    this.#disk = disk
    this.#directory = directory
    this.#domain = domain
  }

  /** Opens the other lines kept in a branch's directory. */
  static async open(disk: Disk, directory: string, domain: DomainName): Promise<OtherLines> {
    const lines = new OtherLines(disk, directory, domain)
    for (const name of await disk.list(directory)) {
      const first = /^other-([0-9a-f]{64})$/.exec(name)?.[1]
      if (first !== undefined) await lines.#open(first as ChangesetId)
    }
    return lines
  }

  get size(): number {
    return this.#journalByFirst.size
  }

  /** The lines, by the first changeset that is not in the branch's journal. */
  entries(): Iterable<[ChangesetId, Journal]> {
    return this.#journalByFirst.entries()
  }

  /** Whether a changeset is on one of the lines. */
  has(id: ChangesetId): boolean {
    return this.#lineWith(id) !== undefined
  }

  get(first: ChangesetId): Journal | undefined {
    return this.#journalByFirst.get(first)
  }

  /** How many changesets of `journal` are on every line. */
  commonLength(journal: Journal): number {
    const common = [...this.#journalByFirst].map(([first, other]) => (other.sequenceOf(first) ?? 1) - 1)
    return Math.min(journal.length, ...common)
  }

  /**
   * Keeps changesets, checked by themselves, that are not in `journal` and
   * follow one another. JOURNAL_DAMAGED when they follow nothing known here.
   */
  async keep(journal: Journal, changesets: readonly SignedChangeset[], from: string): Promise<boolean> {
    const [first] = changesets
    if (first === undefined) return false
    const isNewLine = journal.has(first.changeset.previous)
    const known = isNewLine ? this.#journalByFirst.get(first.id) : this.#lineWith(first.changeset.previous)
    if (!known) return this.#begin(journal, first, changesets, from)
    const fresh = changesets.filter(({ id }) => !known.has(id))
    await known.append(fresh, from)
    return fresh.length > 0
  }

  /** Takes a line out, to `path`; that replaces what is there. */
  async moveTo(first: ChangesetId, path: string): Promise<void> {
    await this.#journalByFirst.get(first)?.close()
    this.#journalByFirst.delete(first)
    await this.#disk.rename(this.#pathOf(first), path)
  }

  /** Removes a line. */
  async drop(first: ChangesetId): Promise<void> {
    await this.#journalByFirst.get(first)?.close()
    this.#journalByFirst.delete(first)
    await this.#disk.remove(this.#pathOf(first))
  }

  async close(): Promise<void> {
    for (const journal of this.#journalByFirst.values()) await journal.close()
  }

  #lineWith(id: ChangesetId): Journal | undefined {
    return [...this.#journalByFirst.values()].find((other) => other.has(id))
  }

  async #begin(
    journal: Journal,
    first: SignedChangeset,
    changesets: readonly SignedChangeset[],
    from: string,
  ): Promise<boolean> {
    const common = journal.sequenceOf(first.changeset.previous)
    if (common === undefined) {
      throw new IsconfError('JOURNAL_DAMAGED', `${from}: the changeset ${first.id} follows none that is known here`)
    }
    if (this.size >= otherLinesMax) {
      throw new IsconfError(
        'SPLIT',
        `branch ${first.changeset.branch} has over ${otherLinesMax} lines; no more are kept`,
      )
    }
    const unfinished = `${this.#directory}/new-line`
    await journal.copyTo(unfinished, common)
    const other = await Journal.open(this.#disk, unfinished, this.#domain)
    await other.append(changesets, from)
    await other.close()
    await this.#disk.rename(unfinished, this.#pathOf(first.id))
    await this.#open(first.id)
    return true
  }

  #pathOf(first: ChangesetId): string {
    return `${this.#directory}/other-${first}`
  }

  async #open(first: ChangesetId): Promise<void> {
    this.#journalByFirst.set(first, await Journal.open(this.#disk, this.#pathOf(first), this.#domain))
  }
}
