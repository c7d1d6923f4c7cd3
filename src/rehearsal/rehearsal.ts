/** The job of a rehearsal, and its results. */
import type { Operation } from '../journal/index.ts'
import type { OutputStream } from '../machine/index.ts'

/** What is done in the sandbox, as its first line of input. */
export interface Job {
  readonly operations: readonly Operation[]
  /** The earlier state of the paths that the work has changed; the longest path first. */
  readonly takenBack: readonly TakenBack[]
  readonly volroot: string
  readonly home: string
  /** The directory of the store that has the files of the operations. */
  readonly store: string
  readonly environment: Readonly<Record<string, string>>
  readonly owner: 'name' | 'numeric'
}

/** What was at a path before the work: what the journal had there, nothing, or something that nobody recorded. */
export type TakenBack =
  | { readonly path: string; readonly was: 'recorded'; readonly operation: Operation }
  | { readonly path: string; readonly was: 'absent' | 'unknown' }

/** One line of its output. */
export type SandboxEvent =
  | { readonly event: 'ready' }
  /** A path that stays as it is now, because a package owns it and its older content is not known. */
  | { readonly event: 'left'; readonly path: string }
  | { readonly event: 'begun'; readonly index: number }
  | { readonly event: 'output'; readonly stream: OutputStream; readonly bytes: string }
  | ({ readonly event: 'ended'; readonly index: number } & Outcome)

/** How an operation ended in the sandbox. */
export interface Outcome {
  /** Exit status of a command; for any other operation 0 if it was done, 1 if not. */
  readonly status: number
  /** Why it could not be done; null if it was, or if its status says enough. */
  readonly why: string | null
  readonly remarks: readonly string[]
  /** Whether the space of the rehearsal was used up. */
  readonly isFull: boolean
}

/** Whether `up` would do an operation. */
export type Verdict =
  | 'passes'
  | 'fails'
  /** What happened in the rehearsal does not tell. */
  | 'not judged'
  /** It was done here already and fails when it is done again. */
  | 'fails again'
  | 'not reached'

export interface Rehearsed {
  /** The first is 1. */
  readonly number: number
  readonly verdict: Verdict
  /** Exit status; null if it was not done. */
  readonly status: number | null
  /** More about it, in words; null if there is nothing to add. */
  readonly why: string | null
}
