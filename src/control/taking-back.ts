/** What is asked about taking back: revert, and wip undo. */
import type { Caller } from './protocol.ts'

/** POST /v1/revert */
export interface RevertBody extends Caller {
  /** The beginning of a changeset's id. */
  readonly changeset: string
  /** For each command of the changeset, in their order, what takes it back, for sh -c. */
  readonly with?: readonly string[] | undefined
  /** What to do with paths of which the journal has nothing older. */
  readonly unknown?: 'delete' | 'keep' | undefined
  /** Also changes what is no longer as the changeset left it. */
  readonly overwrite?: boolean | undefined
  /** Do nothing, and tell what would be done. */
  readonly dryRun?: boolean | undefined
}

/** POST /v1/wip-undo */
export interface UndoBody extends Caller {
  /** How many operations; 1 when absent. */
  readonly count?: number | undefined
  /** Put back what the journal has at their paths. */
  readonly restore?: boolean | undefined
}
