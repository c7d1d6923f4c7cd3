/** What is asked and answered about this host going on behind an operation: skip, done. */
import type { Caller } from './protocol.ts'

/** POST /v1/skip and /v1/done */
export interface DecisionBody extends Caller {
  /** The name of the operation. */
  readonly operation: string
  /** Why. */
  readonly message: string
}

/** In what a host is not what its journal makes. */
export interface DeviationAnswer {
  readonly kind: 'skipped'
  readonly operation: string
  /** The operation in words. */
  readonly text: string
  /** Who decided it, and why and when. */
  readonly by: string
  readonly why: string
  readonly time: string
}
