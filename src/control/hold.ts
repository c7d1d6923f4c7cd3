/** What is asked and answered about holds: hold, release, and those of the branch. */
import type { Caller } from './protocol.ts'

/** POST /v1/hold, /v1/release, /v1/hold-branch and /v1/release-branch */
export interface HoldBody extends Caller {
  /** Why. */
  readonly message?: string | undefined
}

/** POST /v1/hold-branch */
export interface BranchHoldAnswer {
  readonly branch: string
  /** The lock's message where no reason was given. */
  readonly why: string
}

/** POST /v1/release-branch */
export interface BranchReleaseAnswer {
  readonly branch: string
  /** Who held it, in words. */
  readonly was: string
}

/** What `up` does nothing for. */
export interface HoldAnswer {
  readonly scope: 'host' | 'branch'
  /** Of the host or the branch. */
  readonly name: string
  /** `user@host` of who holds it, why (empty where no reason was given), and since when. */
  readonly by: string
  readonly why: string
  readonly since: string
}
