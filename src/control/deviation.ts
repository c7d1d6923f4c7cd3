/** What is asked about going on behind an operation: skip, done, void. */
import type { Caller } from './protocol.ts'

/** POST /v1/skip, /v1/done and /v1/void */
export interface DecisionBody extends Caller {
  /** The name of the operation. */
  readonly operation: string
  /** Why. */
  readonly message: string
}
