/**
 * The state of a branch as this host has it, on disk, and this host's pledge to a proposal of the next one. They go
 * together: with a new state the pledge ends.
 */
import {
  type BranchName,
  type Clock,
  type Disk,
  type Room,
  requireRoom,
  toIsconfError,
  writing,
} from '../base/index.ts'
import type { Journal } from '../journal/index.ts'
import type { BranchDeps } from './branch-types.ts'
import { type BranchState, unlockedState } from './state.ts'
import { readState } from './state-file.ts'
import { type Pledge, type Proposal, type View, type Vote, voteOn } from './vote.ts'

/** What a disk that takes nothing leads to. */
const diskCodes: ReadonlySet<string> = new Set(['DISK_FULL', 'DISK_FAILED', 'DISK_UNCERTAIN', 'HOME_UNWRITABLE'])
/** As long as a vote may say. */
const troubleLengthMax = 600

export class VotedState {
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #path: string
  readonly #room: Room | undefined
  #state: BranchState
  #pledge: Pledge | undefined
  #trouble: string | undefined

  private constructor({ disk, clock, room }: BranchDeps, path: string, state: BranchState) {
    this.#disk = disk
    this.#clock = clock
    this.#path = path
    this.#room = room
    this.#state = state
  }

  /** Opens the state kept at `path` of a branch with this journal. STATE_DAMAGED. */
  static async open(deps: BranchDeps, path: string, name: BranchName, journal: Journal): Promise<VotedState> {
    const kept = await readState(deps.disk, path)
    // The journal is appended to before the state is written: at another head, what was kept is of the past.
    const isCurrent = kept !== undefined && kept.head === journal.head && kept.branch === name
    return new VotedState(deps, path, isCurrent ? kept : unlockedState(name, journal.head, journal.length))
  }

  get current(): BranchState {
    return this.#state
  }

  /** This host's vote on a proposal; a yes binds it for a while. */
  vote(proposal: Proposal, seen: Pick<View, 'knows' | 'isSplit'>): Vote {
    const view = { ...seen, state: this.#state, pledge: this.#pledge, nowMs: this.#clock.monotonicMs() }
    const { vote, pledge } = voteOn(view, proposal)
    this.#pledge = pledge
    return this.#trouble === undefined ? vote : { ...vote, trouble: this.#trouble }
  }

  /** Whether this host's consent to a proposal, the oldest of all, still holds. */
  isPledgedTo(proposal: string): boolean {
    return this.#pledge?.proposal === proposal && this.#pledge.untilMs > this.#clock.monotonicMs()
  }

  /** Ends the pledge to a proposal that its proposer gave up. */
  release(proposal: string): void {
    if (this.#pledge?.proposal === proposal) this.#pledge = undefined
  }

  /**
   * Writes what was decided, by `write`. When the disk does not take it, the pledge ends all the same, for there is a
   * later state than the one it was for: one host with a full disk must not keep the others waiting. Votes say so until
   * something can be written again.
   */
  async writing<T>(write: () => Promise<T>): Promise<T> {
    try {
      const written = await write()
      this.#trouble = undefined
      return written
    } catch (thrown) {
      const { code, message } = toIsconfError(thrown)
      if (diskCodes.has(code)) {
        this.#pledge = undefined
        this.#trouble = message.slice(0, troubleLengthMax)
      }
      throw thrown
    }
  }

  /** The same for lines of a journal that come from another host: beside the reserve of the disk. */
  writingArrived<T>(lines: readonly string[], write: () => Promise<T>): Promise<T> {
    return this.writing(async () => {
      await requireRoom(this.#room, bytesOf(lines))
      return write()
    })
  }

  /**
   * After the journal has grown: the state that a start would find. It needs no
   * writing, so that a full disk cannot leave the journal ahead of the state.
   */
  followJournal(journal: Journal): void {
    this.#state = unlockedState(this.#state.branch, journal.head, journal.length)
    this.#pledge = undefined
  }

  /** Durable when it returns. */
  async set(state: BranchState): Promise<void> {
    await writing(
      () => this.#disk.replaceFile(this.#path, `${JSON.stringify(state)}\n`),
      () => {
        this.#state = state
        this.#pledge = undefined
      },
    )
  }
}

/** On disk, with their newlines. */
function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
}
