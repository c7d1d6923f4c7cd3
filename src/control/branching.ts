/** What is asked about branches: which there are, fork, migrate, resolve; and wip drop. */
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
