/**
 * One branch on this host: its journal, its lock, this host's pledge, and the other lines of a split. The state is
 * changed only by compare-and-set.
 */
import { type BranchName, type ChangesetId, type Disk, invariant, plainOpening, writing } from '../base/index.ts'
import { Journal, journalBeforeDamage, parseChain } from '../journal/index.ts'
import { BranchChanges } from './branch-changes.ts'
import type { Addition, BranchDeps, Fork, Taken } from './branch-types.ts'
import { copyBeside, heardName } from './copy.ts'
import { DivergentLines } from './divergent-lines.ts'
import { type BranchState, canAdopt, isSameState, underOwnLock } from './state.ts'
import type { Proposal, Vote } from './vote.ts'
import { VotedState } from './voted-state.ts'

export class Branch {
  readonly name: BranchName
  readonly #disk: Disk
  readonly directory: string
  readonly #changes: BranchChanges
  #journal: Journal
  readonly #others: DivergentLines
  readonly #state: VotedState

  private constructor(deps: BranchDeps, path: string, journal: Journal, others: DivergentLines, state: VotedState) {
    this.name = state.current.branch
    this.#disk = deps.disk
    this.#changes = new BranchChanges(this, deps.onChange)
    this.directory = path
    this.#journal = journal
    this.#others = others
    this.#state = state
  }

  /** Opens or makes the branch kept in `directory`. JOURNAL_DAMAGED, STATE_DAMAGED, unless `opening` sees to them. */
  static async open(deps: BranchDeps, directory: string, name: BranchName): Promise<Branch> {
    const { disk, domain, opening = plainOpening } = deps
    await disk.makeDirectory(directory)
    const [path, statePath] = [`${directory}/journal`, `${directory}/state`]
    const journal = await opening(path, () => Journal.open(disk, path, domain), journalBeforeDamage(domain))
    const state = await opening(statePath, () => VotedState.open(deps, statePath, name, journal))
    const others = await DivergentLines.open(deps, directory, journal)
    return new Branch(deps, directory, journal, others, state)
  }

  get journal(): Journal {
    return this.#journal
  }

  get state(): BranchState {
    return this.#state.current
  }

  /** The other lines of a split. */
  get others(): DivergentLines {
    return this.#others
  }

  get isSplit(): boolean {
    return this.#others.size > 0
  }

  /** Whether a changeset is on one of its lines. */
  has(id: ChangesetId): boolean {
    return this.#journal.has(id) || this.#others.has(id)
  }

  /** How many changesets are on every line; what comes after them waits until the split is resolved. */
  get commonLength(): number {
    return this.#others.commonLength(this.#journal)
  }

  /** This host's vote on a proposal; a yes binds it for a while. While a change goes onto the disk it consents to none. */
  vote(proposal: Proposal): Vote {
    if (this.#changes.isHeld) return { vote: 'busy', state: this.state }
    return this.#state.vote(proposal, { knows: (head) => this.#journal.has(head), isSplit: this.isSplit })
  }

  /** Whether this host's consent to a proposal, the oldest of all, still holds. */
  isPledgedTo(proposal: string): boolean {
    return this.#state.isPledgedTo(proposal)
  }

  /** Ends the pledge to a proposal that its proposer gave up. */
  release(proposal: string): void {
    this.#state.release(proposal)
  }

  /** Makes an agreed change, with what it adds to the journal. False when the state is no longer `from`. */
  compareAndSet(from: BranchState, to: BranchState, { changeset, journal }: Addition = {}): Promise<boolean> {
    return this.#changes.run(async (noteAdded) => {
      if (!isSameState(this.state, from)) return false
      if (changeset) {
        await this.#journal.append([changeset], 'this host')
        noteAdded([changeset])
        this.#state.followJournal(this.#journal)
      } else if (journal) await this.#beginAs(journal)
      else await this.#state.set(to)
      invariant(to.head === this.#journal.head, 'the state names the head of the journal')
      return true
    })
  }

  /** Whether there is no such branch: its name was heard, and nothing was ever done with it. */
  get isAbsent(): boolean {
    return this.#journal.length === 0 && this.state.revision === 0 && !this.isSplit
  }

  /** Begins an absent branch as a copy of the first `length` changesets of another one's journal; whether it was absent. */
  beginAsCopy(journal: Journal, length: number): Promise<boolean> {
    return this.#changes.run(async () => {
      if (!this.isAbsent) return false
      await this.#beginAs(await copyBeside(this.#disk, journal, length, `${this.directory}/${heardName}`))
      return true
    })
  }

  /** Takes over a peer's state at the same head when it is the later one, and can be true; whether it did. */
  adopt(theirs: BranchState): Promise<boolean> {
    return this.#changes.run(async () => {
      const isLater = canAdopt(theirs, this.state)
      if (isLater) await this.#state.writing(() => this.#state.set(theirs))
      return isLater
    })
  }

  /**
   * Takes in what a peer sent, after checking every line: what follows the head is added, what follows an earlier
   * changeset is kept as another line. The new changesets of the journal, whether another line grew, and why no more was
   * taken. JOURNAL_DAMAGED and OTHER_DOMAIN name the peer.
   */
  async take(lines: readonly string[], from: string): Promise<Taken> {
    const { changesets, failure } = parseChain(lines, from)
    return this.#changes.run(async (noteAdded) => {
      const fresh = changesets.filter(({ id }) => !this.#journal.has(id))
      const first = fresh[0]
      const rest = { follows: changesets[0]?.changeset.previous, last: changesets.at(-1)?.id, failure }
      if (first === undefined) return { added: [], split: false, ...rest }
      if (first.changeset.previous !== this.#journal.head) {
        const keep = () => this.#others.keep(this.#journal, fresh, from)
        return { added: [], split: await this.#state.writingArrived(lines, keep), ...rest }
      }
      await this.#state.writingArrived(lines, () => this.#journal.append(underOwnLock(this.state, fresh, from), from))
      noteAdded(fresh)
      this.#state.followJournal(this.#journal)
      return { added: fresh, split: false, ...rest }
    })
  }

  /** Where the line with head `head` and each of the others part: the first changeset of either. */
  forksOf(head: ChangesetId): readonly Fork[] {
    return this.#others.forksOf(this.#journal, head)
  }

  /**
   * Ends the split between the lines with `chosen` and those with `rejected`: the latter are let go, after `keepAside`
   * has kept each. A crash in between is made good by doing it again. False when not both are here.
   */
  resolve({ chosen, rejected }: Fork, keepAside: (line: Journal) => Promise<void>): Promise<boolean> {
    return this.#changes.run(async () => {
      const followed = this.#others.linesWith(chosen)[0]
      const isOnRejected = this.#journal.has(rejected)
      const others = this.#others.linesWith(rejected)
      if (!(followed ?? this.#journal.has(chosen)) || !(isOnRejected || others.length > 0)) return false
      if (isOnRejected && followed) {
        await keepAside(this.#journal)
        await this.#goOverTo(followed)
      }
      for (const first of others) await this.#others.letGo(first, keepAside)
      return true
    })
  }

  /** Makes the line with a changeset the journal, and the journal so far another line. */
  follow(id: ChangesetId): Promise<void> {
    return this.#changes.run(async () => {
      const followed = this.#others.linesWith(id)[0]
      if (this.#journal.has(id) || followed === undefined) return
      await this.#others.keepWhole(this.#journal)
      await this.#goOverTo(followed)
    })
  }

  /** Makes the journal at `path` that of this branch, which had none; a crash leaves the one or the other, whole. */
  #beginAs(path: string): Promise<void> {
    return this.#goOnAfter(() => this.#disk.rename(path, `${this.directory}/journal`))
  }

  #goOverTo(other: ChangesetId): Promise<void> {
    return this.#goOnAfter(() => this.#others.moveTo(other, `${this.directory}/journal`))
  }

  /** The journal so far stays open until another one is in its place: when that fails, the branch goes on with it. */
  #goOnAfter(replaceJournal: () => Promise<void>): Promise<void> {
    return writing(replaceJournal, async () => {
      await this.#journal.close()
      this.#journal = await Journal.open(this.#disk, `${this.directory}/journal`, this.#journal.domain)
      this.#state.followJournal(this.#journal)
    })
  }

  /** Lets the files go, with a note for a quick next start. */
  close(): Promise<void> {
    return this.#changes.run(async () => {
      // On a full disk the next start is slower, and no more than that.
      await this.#journal.saveCheckpoint().catch(() => undefined)
      await this.#journal.close()
      await this.#others.close()
    })
  }
}
