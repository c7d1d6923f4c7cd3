/** What goes into a branch and comes out of it. */
import type { BranchName, ChangesetId, Clock, Disk, DomainName, IsconfError, Opening, Room } from '../base/index.ts'
import type { SignedChangeset } from '../journal/index.ts'
import type { BranchState } from './state.ts'

/** What a change adds to the journal. */
export interface Addition {
  readonly changeset?: SignedChangeset
  /** Where a whole journal is, beside that of the branch, which is empty; it is moved to its place. */
  readonly journal?: string
}

/** Two changesets that follow the same one: the line with one goes on as the branch, the line with the other does not. */
export interface Fork {
  readonly chosen: ChangesetId
  readonly rejected: ChangesetId
}

/** What came of some lines of a peer. */
export interface Taken {
  readonly added: readonly SignedChangeset[]
  /** Whether another line of a split began or grew. */
  readonly split: boolean
  /** What the first of the lines follows. */
  readonly follows: ChangesetId | undefined
  /** The last of the lines that were taken. */
  readonly last: ChangesetId | undefined
  /** Why what comes after that could not be: JOURNAL_DAMAGED or NEWER_RELEASE, which names the peer. */
  readonly failure: IsconfError | undefined
}

/** What a branch is made of besides its name. */
export interface BranchDeps {
  readonly disk: Disk
  readonly domain: DomainName
  readonly clock: Clock
  /** How its files are opened; those that are damaged fail when absent. */
  readonly opening?: Opening
  /** What of the disk may be taken by what arrives; all of it when absent. */
  readonly room?: Room
  /** Hears of each change of the state, and of a split that has begun or ended, when it is on disk. */
  readonly onChange?: (change: BranchChange) => void
}

/** What a branch shows of itself at one moment. */
export interface BranchSight {
  readonly state: BranchState
  readonly isSplit: boolean
}

export interface BranchChange {
  readonly branch: { readonly name: BranchName }
  readonly before: BranchSight
  readonly after: BranchSight
  /** What was added behind the head; nothing when another journal took its place. */
  readonly added: readonly SignedChangeset[]
}
