/** What is asked and answered about this machine and its journal, and one place of a journal and another. */
import type { Caller } from './protocol.ts'

/** POST /v1/verify */
export interface VerifyBody {
  readonly cwd: string
  /** With all that is below it; everything that the journal has when absent. */
  readonly path?: string | undefined
}

/** The result of POST /v1/verify. */
export interface VerifyAnswer {
  readonly branch: string
  /** How many operations of the branch this host has done. */
  readonly position: number
  /** How many paths were compared. */
  readonly checked: number
  /** By path; at most {@link unlikePathsMax}. */
  readonly unlike: readonly UnlikePath[]
  /** How many more there are. */
  readonly more: number
}

/** As many as a person or a program reads. */
export const unlikePathsMax = 10_000

/** A path that is not as the journal has it. */
export interface UnlikePath {
  readonly path: string
  /** The operation that says what should be there; null when that is not checked in. */
  readonly operation: string | null
  readonly differences: readonly PathDifference[]
}

export interface PathDifference {
  /** `missing`, `present`, `kind`, `content`, `target`, `mode`, `owner`, `attributes` or `unreadable`. */
  readonly what: string
  readonly recorded: string
  readonly found: string
}

/** POST /v1/restore */
export interface RestoreBody extends Caller {
  readonly cwd: string
  readonly path: string
}

/** The result of POST /v1/restore. */
export interface RestoreAnswer {
  /** What was put back. */
  readonly restored: readonly UnlikePath[]
}

/** POST /v1/diff: its output is a {@link DiffPath} a line. */
export interface DiffBody {
  readonly cwd: string
  /** A branch, a changeset or an operation; what this host has done when absent. */
  readonly from?: string | undefined
  /** The same; this machine when absent. */
  readonly to?: string | undefined
  /** Only what is at it and below it. */
  readonly path?: string | undefined
}

/** The result of POST /v1/diff: what was compared, in words. */
export interface DiffAnswer {
  readonly from: string
  readonly to: string
  /** How many paths differ. */
  readonly differing: number
}

/** A path that differs. */
export interface DiffPath {
  readonly path: string
  /** The operation that says what it is, on either side; null for work that is not checked in, this machine, and nothing. */
  readonly from: string | null
  readonly to: string | null
  readonly differences: readonly PathDifference[]
  /** The content on both sides, in base64, null where there is no file; null where it does not differ or is not given. */
  readonly content: { readonly from: string | null; readonly to: string | null } | null
  /** Why the content is not given; null when it is, or does not differ. */
  readonly why: string | null
}
