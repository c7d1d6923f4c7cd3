/** What is asked and answered about taking back: revert, and wip undo. */
import type { Caller } from './protocol.ts'
import type { ShownOperation } from './reading.ts'

/** POST /v1/revert */
export interface RevertBody extends Caller {
  /** The beginning of a changeset's id. */
  readonly changeset: string
  /** For each command of the changeset, in their order, what takes it back, for sh -c. */
  readonly with?: readonly string[] | undefined
  /** What to do with paths of which the journal has nothing older. */
  readonly unknown?: 'delete' | 'keep' | undefined
  /** Also what is not as the changeset has left it. */
  readonly overwrite?: boolean | undefined
  /** Do nothing, and tell what would be done. */
  readonly dryRun?: boolean | undefined
}

export interface RevertAnswer {
  /** Of the changeset. */
  readonly id: string
  /** What was done, or would be, in its order. */
  readonly operations: readonly ShownOperation[]
  /** What keeps it from being done; empty when it was done. */
  readonly obstacles: readonly string[]
  readonly remarks: readonly string[]
}

/** POST /v1/wip-undo */
export interface UndoBody extends Caller {
  /** How many operations; 1 when absent. */
  readonly count?: number | undefined
  /** Put back what the journal has at their paths. */
  readonly restore?: boolean | undefined
}

export interface UndoAnswer {
  /** The newest first. */
  readonly undone: readonly {
    readonly text: string
    /** What it means for this host: nothing, what was before is back, what is there is here alone, what is gone is gone here alone. */
    readonly effect: 'none' | 'restored' | 'stays' | 'gone'
  }[]
  /** The command at which it stopped; null when none was in the way. */
  readonly stoppedAt: string | null
  /** Operations that are left. */
  readonly left: number
}
