/** What is asked and answered about branches: which there are, fork, migrate, resolve; and wip drop. */
import type { LockAnswer } from './change.ts'
import type { HoldAnswer } from './hold.ts'
import type { Caller } from './protocol.ts'

/** POST /v1/resolve */
export interface ResolveBody extends Caller {
  /** The beginning of the id of a changeset on the line to keep. */
  readonly keep: string
  /** The split branch; this host's when absent. */
  readonly branch?: string | undefined
}

/** POST /v1/fork and /v1/migrate */
export interface BranchBody extends Caller {
  readonly branch: string
}

export interface ForkAnswer {
  readonly branch: string
  readonly parent: string
  /** On how many hosts, this one among them, the new branch is. */
  readonly journalHosts: number
}

export interface MigrateAnswer {
  readonly branch: string
  readonly from: string
  /** Operations of the branch that this host has done, and that it has not. */
  readonly position: number
  readonly pending: number
}

/** POST /v1/wip-drop */
export interface DropAnswer {
  /** How many operations were dropped. */
  readonly operations: number
}

export interface ResolveAnswer {
  readonly branch: string
  readonly kept: string
  /** The branch that the other line became. */
  readonly aside: string
}

/** One row of GET /v1/branches, by name. */
export interface BranchRow {
  readonly name: string
  /** Whether this host is on it. */
  readonly current: boolean
  readonly head: string
  readonly changesets: number
  readonly operations: number
  readonly split: boolean
  readonly lock: LockAnswer | null
  /** Who holds it; absent from older daemons. */
  readonly hold?: HoldAnswer | null
  /** The branch that it was forked from, as its changesets tell. */
  readonly parent: string | null
  /** The hosts that are on it, as far as they have told. */
  readonly hosts: readonly string[]
}
