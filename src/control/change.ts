/** What is asked about a change while it is made: lock, unlock, snap, exec, reboot, ci. */
import type { Caller } from './protocol.ts'

/** POST /v1/lock */
export interface LockBody extends Caller {
  readonly message: string
  /** Takes the lock even on a host that is behind; it is then good only for hold, release and void. */
  readonly behind?: boolean | undefined
}

/** POST /v1/snap */
export interface SnapBody extends Caller {
  readonly cwd: string
  readonly paths: readonly string[]
  /** A host that catches up needs only the newest version of these files. */
  readonly latest?: boolean | undefined
  /**
   * What the other hosts do with paths that were recorded below a directory before and are gone: remove or keep them.
   */
  readonly gone?: 'mirror' | 'keep' | undefined
  /** Remove what is there, and record that. */
  readonly remove?: boolean | undefined
}

/** POST /v1/exec */
export interface ExecBody extends Caller {
  readonly cwd: string
  readonly argv: readonly string[]
  /** The caller's variables that are to be recorded. */
  readonly env?: Readonly<Record<string, string>> | undefined
}
