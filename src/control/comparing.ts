/** What is asked about this machine and its journal, and one place of a journal and another. */
import type { Caller } from './protocol.ts'

/** POST /v1/verify */
export interface VerifyBody {
  readonly cwd: string
  /** With all that is below it; everything that the journal has when absent. */
  readonly path?: string | undefined
}

/** As many as a person or a program reads. */
export const unlikePathsMax = 10_000

/** POST /v1/restore */
export interface RestoreBody extends Caller {
  readonly cwd: string
  readonly path: string
}

/** POST /v1/diff: its output is a `DiffPath` a line. */
export interface DiffBody {
  readonly cwd: string
  /** A branch, a changeset or an operation; what this host has done when absent. */
  readonly from?: string | undefined
  /** The same; this machine when absent. */
  readonly to?: string | undefined
  /** Only what is at it and below it. */
  readonly path?: string | undefined
}
