/** What is asked and answered about a change while it is made: lock, unlock, snap, exec, reboot, ci. */
import type { AskedBy } from '../base/index.ts'
import type { Caller } from './protocol.ts'

/** POST /v1/lock */
export interface LockBody extends Caller {
  readonly message: string
  /** Also on a host that is behind, and then only for hold, release and void. */
  readonly behind?: boolean | undefined
}

export interface LockAnswer {
  readonly branch: string
  readonly user: string
  readonly host: string
  readonly message: string
  readonly since: string
  /** Who took it, as the kernel of that host says. */
  readonly askedBy?: AskedBy
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

export interface SnapAnswer {
  readonly snapped: readonly SnappedPath[]
  readonly removed: readonly RemovedPath[]
}

/** One of the paths that were asked for, and how many entries were recorded for it. */
export interface SnappedPath {
  readonly path: string
  readonly kind: 'file' | 'directory' | 'symlink'
  /** What a symbolic link names; null for other kinds. */
  readonly target: string | null
  /** Of all files. */
  readonly sizeBytes: number
  readonly files: number
  readonly directories: number
  readonly symlinks: number
}

export interface RemovedPath {
  readonly path: string
  /** Whether something was there and is removed. */
  readonly here: boolean
}

/** POST /v1/exec */
export interface ExecBody extends Caller {
  readonly cwd: string
  readonly argv: readonly string[]
  /** The caller's variables that are to be recorded. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

export interface RebootAnswer {
  /** Operations not checked in, the reboot among them. */
  readonly operations: number
}

/** An operation that is likely not to do the same where it is replayed. */
export interface ReplayWarning {
  /** Its place in the changeset; the first is 1. */
  readonly number: number
  readonly operation: string
  /** The name of what it was recognised by. */
  readonly row: string
  /** What happens at replay. */
  readonly text: string
  /** What to type instead. */
  readonly instead: string
}

export interface CheckInAnswer {
  readonly branch: string
  /** Null when there was nothing to check in and only the lock was given back. */
  readonly id: string | null
  readonly operations: number
  /** On how many hosts, this one among them, the journal has it on disk. */
  readonly journalHosts: number
  /** On how many hosts, this one among them, every file of it is on disk. */
  readonly fileHosts: number
  readonly warnings: readonly ReplayWarning[]
}
