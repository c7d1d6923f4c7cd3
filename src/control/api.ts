/**
 * What the command line and the daemon say to each other: HTTP and JSON on
 * the unix socket `conf/.ctl`. A GET is answered with one JSON document, a
 * POST with a stream of events, one JSON document a line, of which the last
 * is a `result` or an `error`.
 */
import type { ErrorCode } from '../base/index.ts'

/** The socket, below IS_HOME. */
export const socketName = 'conf/.ctl'

/** Beside the socket while a daemon restarts itself: who finds nobody there waits a moment. */
export const restartingName = '.restarting'

/** Names the caller's process, so that its Ctrl-C stops what it asked for and nothing else. */
export const callerHeader = 'isconf-caller'

/** The largest request: a command's arguments, never a file's bytes. */
export const requestBytesMax = 4 * 1024 * 1024

/** One line of the answer to a POST. */
export type ControlEvent =
  /** What the daemon is doing; not shown with -q. */
  | { readonly event: 'progress'; readonly text: string }
  /** Something a person should know, also with -q. */
  | { readonly event: 'remark'; readonly text: string }
  /** What a command wrote, in base64: it need not be text. */
  | { readonly event: 'output'; readonly stream: 'stdout' | 'stderr'; readonly bytes: string }
  /** Nothing new: who hears nothing at all takes the daemon for lost. */
  | { readonly event: 'alive' }
  | { readonly event: 'result'; readonly result: unknown }
  | ErrorEvent

/** How a failure is told: as the last event of a POST, and as the whole answer of a GET. */
export interface ErrorEvent {
  readonly event: 'error'
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
  readonly exit: number
}

/** Who asks: recorded with what they change. */
export interface Caller {
  readonly user: string
}

/** POST /v1/lock */
export interface LockBody extends Caller {
  readonly message: string
}

/** POST /v1/snap */
export interface SnapBody extends Caller {
  readonly cwd: string
  readonly paths: readonly string[]
  /** Of these files a host that catches up needs only the newest. */
  readonly latest?: boolean | undefined
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

/** How far `up` goes: POST /v1/up, and the query of GET /v1/plan. */
export interface UpLimits {
  /** Whether a reboot in the journal may be done. */
  readonly reboot?: boolean | undefined
  /** The name of the last operation to do. */
  readonly to?: string | undefined
  /** One operation and no more. */
  readonly step?: boolean | undefined
}

/** POST /v1/up */
export interface UpBody extends Caller, UpLimits {}

export interface LockAnswer {
  readonly branch: string
  readonly user: string
  readonly host: string
  readonly message: string
  readonly since: string
}

export interface RebootAnswer {
  /** Operations not checked in, the reboot among them. */
  readonly operations: number
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

export interface CheckInAnswer {
  readonly branch: string
  /** Null when there was nothing to check in and only the lock was given back. */
  readonly id: string | null
  readonly operations: number
  /** On how many hosts, this one among them, the journal has it on disk. */
  readonly journalHosts: number
  /** On how many hosts, this one among them, every file of it is on disk. */
  readonly fileHosts: number
}

export interface UpAnswer {
  readonly branch: string
  /** Operations done by this call. */
  readonly done: number
  /** Operations done in all. */
  readonly position: number
  /** Operations still to do. */
  readonly left: number
  /** The operation for which the host reboots now; null when it does not. */
  readonly rebooting: string | null
}

/** GET /v1/plan: what `up` would do. */
export interface PlanAnswer {
  readonly branch: string
  /** Operations done so far. */
  readonly position: number
  /** Operations of the branch. */
  readonly total: number
  readonly operations: readonly {
    readonly name: string
    readonly text: string
    /** Its place in the whole journal; the first is 1. */
    readonly number: number
    /** Of its file; null when it has none. */
    readonly sizeBytes: number | null
    /** Whether the file is here, or would have to be fetched from another host first; null when it has none. */
    readonly here: boolean | null
  }[]
  /**
   * Why it would stop before the end of the journal, and which operation that is about: the reboot it would do
   * (`reboot`) or may not do (`reboot-needed`), the first one that would be left (`limit`, `split`).
   */
  readonly stop: {
    readonly reason: 'reboot' | 'reboot-needed' | 'split' | 'limit'
    readonly operation: string
  } | null
}

/** POST /v1/restart */
export interface RestartAnswer {
  readonly pid: number
  /** Whether the daemon ends now and its service manager starts it again; otherwise nothing has happened. */
  readonly restarts: boolean
}

/** GET /v1/status */
export interface Status {
  readonly host: string
  readonly release: string
  readonly pid: number
  readonly domain: { readonly name: string; readonly source: string }
  readonly branch: string
  readonly head: string
  /** Operations of the branch that this host has done; null when it has left the branch. */
  readonly position: number | null
  readonly operations: number
  readonly pending: number
  /** The operation at which `up` stopped, and why. */
  readonly stopped: { readonly operation: string; readonly reason: string } | null
  /** A reboot that was asked for and has not come; the operation is null when it is for work not checked in. */
  readonly rebootPending: { readonly since: string; readonly operation: string | null } | null
  readonly lock: LockAnswer | null
  readonly work: WorkStatus | null
  /** Why this host has to be built anew; null when it need not. */
  readonly needsRebuild: RebuildStatus | null
  /** The lines of a split branch; empty when it is not split. */
  readonly lines: readonly LineStatus[]
  readonly mesh: MeshStatus
  /** Where the package bank answers; the address is null while its port can't be had. */
  readonly bank: { readonly address: string | null }
  readonly warnings: readonly string[]
}

/** Work was dropped here with `wip drop`, which no journal will ever have. */
export interface RebuildStatus {
  /** How many operations, in all. */
  readonly operations: number
  /** Who dropped the last of them, and when. */
  readonly by: string
  readonly time: string
}

export interface WorkStatus {
  readonly author: string
  readonly message: string
  readonly operations: readonly string[]
  /** Whether the lock it was done under is still held. */
  readonly locked: boolean
}

export interface LineStatus {
  /** The first changeset that is on this line only. */
  readonly first: string
  readonly head: string
  readonly author: string
  readonly message: string
  readonly time: string
  readonly changesets: number
  /** Whether it is the line that this host's journal follows. */
  readonly here: boolean
}

export interface MeshStatus {
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly peers: readonly { readonly host: string; readonly address: string }[]
  /** False when no hmac key is set and any host of the domain's name is let in. */
  readonly authenticated: boolean
  /** Strangers turned away since the daemon started. */
  readonly refused: number
}
