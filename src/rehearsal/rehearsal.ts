/** What a rehearsal is told, and what it tells. */
import type { Operation } from '../journal/index.ts'
import type { OutputStream } from '../machine/index.ts'

/** What is done in the sandbox, as its first line of input. */
export interface Job {
  readonly operations: readonly Operation[]
  /** How the paths stood that the work has changed since; the longest first. */
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
  /** Exit status of a command; 0 of what was done, 1 of what was not. */
  readonly status: number
  /** Why it could not be done; null when it was, or when its status says it all. */
  readonly why: string | null
  readonly remarks: readonly string[]
  /** Whether the room that the rehearsal has was used up. */
  readonly isFull: boolean
}

/** Whether `up` would do an operation. */
export type Verdict =
  | 'passes'
  | 'fails'
  /** It can't be told from what happened in a rehearsal. */
  | 'not judged'
  /** It was done here already and fails when it is done again. */
  | 'fails again'
  | 'not reached'

export interface Rehearsed {
  /** The first is 1. */
  readonly number: number
  readonly verdict: Verdict
  /** Exit status; null of what was not done. */
  readonly status: number | null
  /** What there is to say of it; null when all is said. */
  readonly why: string | null
}
