/** The lines of a split branch that are not its journal: kept whole, side by side, until someone resolves the split. */
import { type ChangesetId, type Disk, type DomainName, IsconfError, plainOpening, writing } from '../base/index.ts'
import { Journal, journalBeforeDamage, type SignedChangeset } from '../journal/index.ts'
import type { BranchDeps, Fork } from './branch-types.ts'

/** How many other lines are kept; more would be a flood. */
const divergentLinesMax = 8

export class DivergentLines {
  readonly #disk: Disk
  readonly #directory: string
  readonly #domain: DomainName
  /** By the first changeset that was on no line known here when the line began; on other hosts that is another one. */
  readonly #journalByFirst = new Map<ChangesetId, Journal>()

  private constructor(disk: Disk, directory: string, domain: DomainName) {
    this.#disk = disk
    this.#directory = directory
    this.#domain = domain
  }

  /** Opens the other lines kept in the directory of a branch with this journal. */
  static async open(deps: BranchDeps, directory: string, journal: Journal): Promise<DivergentLines> {
    const { disk, opening = plainOpening } = deps
    const { domain } = journal
    const lines = new DivergentLines(disk, directory, domain)
    for (const name of await disk.list(directory)) {
      const first = /^other-([0-9a-f]{64})$/.exec(name)?.[1]
      if (first === undefined) continue
      await opening(`${directory}/${name}`, () => lines.#open(first as ChangesetId), journalBeforeDamage(domain))
    }
    // A crash can come after the journal was kept as another line and before another one took its place.
    for (const [first, { head }] of lines.#journalByFirst) if (journal.has(head)) await lines.drop(first)
    return lines
  }

  get size(): number {
    return this.#journalByFirst.size
  }

  /** The lines, by their names on this host. */
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

  /** The names of the lines that hold a changeset. */
  linesWith(id: ChangesetId): readonly ChangesetId[] {
    return [...this.#journalByFirst].filter(([, other]) => other.has(id)).map(([first]) => first)
  }

  /** How many changesets of `journal` are on every line. */
  commonLength(journal: Journal): number {
    const common = [...this.#journalByFirst.values()].map((other) => commonLength(journal, other))
    return Math.min(journal.length, ...common)
  }

  /** Where the line with head `head`, `journal` or one of these, and each of the others part: the first changeset of either. */
  forksOf(journal: Journal, head: ChangesetId): readonly Fork[] {
    const lines = [journal, ...this.#journalByFirst.values()]
    const chosen = lines.find((line) => line.head === head)
    if (!chosen) return []
    const rivals = lines.filter((line) => line !== chosen)
    return rivals.map((rival) => {
      const shared = commonLength(chosen, rival)
      return { chosen: chosen.idAt(shared + 1), rejected: rival.idAt(shared + 1) }
    })
  }

  /**
   * Keeps changesets, checked by themselves, that are not in `journal` and
   * follow one another. JOURNAL_DAMAGED when they follow nothing known here, OTHER_DOMAIN.
   */
  async keep(journal: Journal, changesets: readonly SignedChangeset[], from: string): Promise<boolean> {
    const fresh = changesets.filter(({ id }) => !this.has(id))
    const [first] = fresh
    if (first === undefined) return false
    const { previous } = first.changeset
    const grown = [...this.#journalByFirst.values()].find(({ head }) => head === previous)
    if (grown) await grown.append(fresh, from)
    else await this.#begin(journal.has(previous) ? journal : this.#lineWith(previous), first, fresh, from)
    return true
  }

  /** Keeps a copy of a whole journal as another line. */
  async keepWhole(journal: Journal): Promise<void> {
    const unfinished = `${this.#directory}/new-line`
    await journal.copyTo(unfinished, journal.length)
    await this.#putInPlace(unfinished, journal.head)
  }

  /** Takes a line out, to `path`; that replaces what is there. */
  async moveTo(first: ChangesetId, path: string): Promise<void> {
    await writing(
      () => this.#disk.rename(this.#pathOf(first), path),
      () => this.#forget(first),
    )
  }

  /** Removes a line. */
  async drop(first: ChangesetId): Promise<void> {
    await writing(
      () => this.#disk.remove(this.#pathOf(first)),
      () => this.#forget(first),
    )
  }

  /** Removes a line after `keepAside` has kept it. */
  async letGo(first: ChangesetId, keepAside: (line: Journal) => Promise<void>): Promise<void> {
    const line = this.#journalByFirst.get(first)
    if (line) await keepAside(line)
    await this.drop(first)
  }

  async close(): Promise<void> {
    for (const journal of this.#journalByFirst.values()) await journal.close()
  }

  #lineWith(id: ChangesetId): Journal | undefined {
    return [...this.#journalByFirst.values()].find((other) => other.has(id))
  }

  /** Begins a line that leaves `source` before `first`. */
  async #begin(
    source: Journal | undefined,
    first: SignedChangeset,
    changesets: readonly SignedChangeset[],
    from: string,
  ): Promise<void> {
    const common = source?.sequenceOf(first.changeset.previous)
    if (!source || common === undefined) {
      throw new IsconfError('JOURNAL_DAMAGED', `${from}: the changeset ${first.id} follows none that is known here`)
    }
    if (this.size >= divergentLinesMax) {
      throw new IsconfError(
        'SPLIT',
        `branch ${first.changeset.branch} has over ${divergentLinesMax} lines; no more are kept`,
      )
    }
    const unfinished = `${this.#directory}/new-line`
    await source.copyTo(unfinished, common)
    const other = await Journal.open(this.#disk, unfinished, this.#domain)
    try {
      await other.append(changesets, from)
    } finally {
      await other.close()
    }
    await this.#putInPlace(unfinished, first.id)
  }

  #pathOf(first: ChangesetId): string {
    return `${this.#directory}/other-${first}`
  }

  async #putInPlace(unfinished: string, first: ChangesetId): Promise<void> {
    await writing(
      () => this.#disk.rename(unfinished, this.#pathOf(first)),
      () => this.#open(first),
    )
  }

  async #forget(first: ChangesetId): Promise<void> {
    await this.#journalByFirst.get(first)?.close()
    this.#journalByFirst.delete(first)
  }

  async #open(first: ChangesetId): Promise<void> {
    this.#journalByFirst.set(first, await Journal.open(this.#disk, this.#pathOf(first), this.#domain))
  }
}

/** How many changesets two journals share: always their beginnings. */
export function commonLength(a: Journal, b: Journal): number {
  let [shared, limit] = [0, Math.min(a.length, b.length)]
  while (shared < limit) {
    const middle = Math.ceil((shared + limit) / 2)
    if (a.idAt(middle) === b.idAt(middle)) shared = middle
    else limit = middle - 1
  }
  return shared
}
