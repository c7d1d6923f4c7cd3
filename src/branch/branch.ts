/**
 * One branch on this host: its journal, its lock, this host's pledge, and the
 * other lines of a split. The state is changed only by compare-and-set.
 */
import { z } from 'zod'
import {
  type BranchName,
  type ChangesetId,
  type Clock,
  type Disk,
  type DomainName,
  IsconfError,
  invariant,
  Mutex,
} from '../base/index.ts'
import { Journal, parseLine, type SignedChangeset } from '../journal/index.ts'
import { OtherLines } from './other-lines.ts'
import { type BranchState, branchStateSchema, isSameState, supersedes, unlockedState } from './state.ts'
import { type Pledge, type Proposal, type Vote, voteOn } from './vote.ts'

export class Branch {
  readonly name: BranchName
  readonly #disk: Disk
  /** Where its files are. */
  readonly directory: string
  readonly #clock: Clock
  readonly #changes = new Mutex()
  #journal: Journal
  readonly #others: OtherLines
  #state: BranchState
  #pledge: Pledge | undefined

  private constructor(
    disk: Disk,
    directory: string,
    clock: Clock,
    journal: Journal,
    others: OtherLines,
    state: BranchState,
  ) {
    this.name = state.branch
    this.#disk = disk
    this.directory = directory
    this.#clock = clock
    this.#journal = journal
    this.#others = others
    this.#state = state
  }

  /** Opens or makes the branch kept in `directory`. JOURNAL_DAMAGED, STATE_DAMAGED. */
  static async open(deps: BranchDeps, directory: string, name: BranchName): Promise<Branch> {
    const { disk, domain, clock } = deps
    await disk.makeDirectory(directory)
    const journal = await Journal.open(disk, `${directory}/journal`, domain)
    const kept = await readState(disk, `${directory}/state`)
    // The journal is appended to before the state is written: at another head, what was kept is of the past.
    const isCurrent = kept !== undefined && kept.head === journal.head && kept.branch === name
    const state = isCurrent ? kept : unlockedState(name, journal.head, journal.length)
    const others = await OtherLines.open(disk, directory, domain)
    return new Branch(disk, directory, clock, journal, others, state)
  }

  get journal(): Journal {
    return this.#journal
  }

  get state(): BranchState {
    return this.#state
  }

  /** The other lines of a split. */
  get others(): OtherLines {
    return this.#others
  }

  get isSplit(): boolean {
    return this.#others.size > 0
  }

  /** How many changesets are on every line; what comes after them waits until the split is resolved. */
  get commonLength(): number {
    return this.#others.commonLength(this.#journal)
  }

  /** This host's vote on a proposal; a yes binds it for a while. */
  vote(proposal: Proposal): Vote {
    const { vote, pledge } = voteOn(
      {
        state: this.#state,
        knows: (head) => this.#journal.has(head),
        isSplit: this.isSplit,
        pledge: this.#pledge,
        nowMs: this.#clock.monotonicMs(),
      },
      proposal,
    )
    this.#pledge = pledge
    return vote
  }

  /** Whether this host's consent to a proposal, the oldest of all, still holds. */
  isPledgedTo(proposal: string): boolean {
    return this.#pledge?.proposal === proposal && this.#pledge.untilMs > this.#clock.monotonicMs()
  }

  /** Ends the pledge to a proposal that its proposer gave up. */
  release(proposal: string): void {
    if (this.#pledge?.proposal === proposal) this.#pledge = undefined
  }

  /** Makes an agreed change, with the changeset it adds if it adds one. False when the state is no longer `from`. */
  compareAndSet(from: BranchState, to: BranchState, changeset?: SignedChangeset): Promise<boolean> {
    return this.#changes.run(async () => {
      if (!isSameState(this.#state, from)) return false
      if (changeset) {
        await this.#journal.append([changeset], 'this host')
        this.#followJournal()
      } else {
        await this.#setState(to)
      }
      invariant(to.head === this.#journal.head, 'the state names the head of the journal')
      return true
    })
  }

  /** Takes over a peer's state at the same head when it is the later one; whether it did. */
  adopt(theirs: BranchState): Promise<boolean> {
    return this.#changes.run(async () => {
      if (theirs.head !== this.#state.head || !supersedes(theirs, this.#state)) return false
      await this.#setState(theirs)
      return true
    })
  }

  /**
   * Takes in what a peer sent, after checking every line: what follows the
   * head is added, what follows an earlier changeset is kept as another line.
   * The new changesets of the journal, and whether another line grew.
   * JOURNAL_DAMAGED names the peer.
   */
  take(lines: readonly string[], from: string): Promise<Taken> {
    const changesets = lines.map((line, index) => parseLine(line, `${from}: line ${index + 1} of ${lines.length}`))
    return this.#changes.run(async () => {
      const fresh = changesets.filter(({ id }) => !this.#journal.has(id))
      const first = fresh[0]
      const last = changesets.at(-1)?.id
      if (first === undefined) return { added: [], split: false, last }
      if (first.changeset.previous !== this.#journal.head) {
        return { added: [], split: await this.#others.keep(this.#journal, fresh, from), last }
      }
      await this.#journal.append(fresh, from)
      this.#followJournal()
      return { added: fresh, split: false, last }
    })
  }

  /** Goes over to the other line that begins with `first`; the journal so far has been copied elsewhere. */
  goOverTo(first: ChangesetId): Promise<void> {
    return this.#changes.run(async () => {
      await this.#journal.close()
      await this.#others.moveTo(first, `${this.directory}/journal`)
      this.#journal = await Journal.open(this.#disk, `${this.directory}/journal`, this.#journal.domain)
      await this.#setState(unlockedState(this.name, this.#journal.head, this.#journal.length))
    })
  }

  /** Lets the other line that begins with `first` go; it has been copied elsewhere. */
  dropOther(first: ChangesetId): Promise<void> {
    return this.#changes.run(() => this.#others.drop(first))
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

  /**
   * After the journal has grown: the state that a start would find. It needs no
   * writing, so that a full disk cannot leave the journal ahead of the state.
   */
  #followJournal(): void {
    this.#state = unlockedState(this.name, this.#journal.head, this.#journal.length)
    this.#pledge = undefined
  }

  async #setState(state: BranchState): Promise<void> {
    await this.#disk.replaceFile(`${this.directory}/state`, `${JSON.stringify(state)}\n`)
    this.#state = state
    this.#pledge = undefined
  }
}

/** What came of some lines of a peer. */
export interface Taken {
  readonly added: readonly SignedChangeset[]
  /** Whether another line of a split began or grew. */
  readonly split: boolean
  /** The last of the lines. */
  readonly last: ChangesetId | undefined
}

/** What a branch is made of besides its name. */
export interface BranchDeps {
  readonly disk: Disk
  readonly domain: DomainName
  readonly clock: Clock
}

async function readState(disk: Disk, path: string): Promise<BranchState | undefined> {
  const bytes = await disk.readFile(path)
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return z.parse(branchStateSchema, value)
  } catch {
    throw new IsconfError('STATE_DAMAGED', `${path} does not hold the state of a branch`)
  }
}
