/** What is asked about holds: hold, release, and those of the branch. */
import type { Caller } from './protocol.ts'

/** POST /v1/hold, /v1/release, /v1/hold-branch and /v1/release-branch */
export interface HoldBody extends Caller {
  /** Why. */
  readonly message?: string | undefined
}
