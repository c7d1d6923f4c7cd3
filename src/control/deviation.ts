/** What is asked and answered about this host going on behind an operation: skip, done. */
import type { Caller } from './protocol.ts'

/** POST /v1/skip and /v1/done */
export interface DecisionBody extends Caller {
  /** The name of the operation. */
  readonly operation: string
  /** Why. */
  readonly message: string
}

/** How a host differs from its journal. */
export interface DeviationAnswer {
  /**
   * `did-void`: it was done here before it became void; `failed`: a command that was run here and is not recorded,
   * `undone`: taken out of the work and still here, `dropped`: given up with all the work.
   */
  readonly kind: 'skipped' | 'did-void' | 'failed' | 'undone' | 'dropped'
  readonly operation: string
  /** The operation in words. */
  readonly text: string
  /** Who decided it or did it, why it is so, and when. */
  readonly by: string
  readonly why: string
  readonly time: string
}

/** POST /v1/void takes a {@link DecisionBody}. */
export interface VoidAnswer {
  readonly operation: string
  readonly text: string
  /** The hosts of the branch, this one among them, that are past it, and those that are before it, as they have told. */
  readonly past: readonly string[]
  readonly before: readonly string[]
}

/** By what an operation is void: the operation that says so, of which changeset it is, and why. */
export interface VoidedBy {
  readonly by: string
  readonly author: string
  readonly why: string
  readonly time: string
}
