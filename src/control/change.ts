/** What is asked about a change while it is made: lock, unlock, snap, exec, reboot, ci. */
import type { Caller } from './protocol.ts'

/** POST /v1/lock */
export interface LockBody extends Caller {
  readonly message: string
  /** Also on a host that is behind, and then only for hold, release and void. */
  readonly behind?: boolean | undefined
}

/** POST /v1/snap */
export interface SnapBody extends Caller {
  readonly cwd: string
  readonly paths: readonly string[]
  /** Of these files a host that catches up needs only the newest. */
  readonly latest?: boolean | undefined
  /** What was recorded below a directory before and is gone is removed on the other hosts, too, or kept there. */
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
