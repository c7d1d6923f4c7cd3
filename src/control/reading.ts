/** What the daemon answers to the GETs that are about journals, this host and the domain. */
import type { AskedBy } from '../base/index.ts'
import type { VoidedBy } from './deviation.ts'
import type { HoldAnswer } from './hold.ts'
import type { RebuildStatus } from './status.ts'

export interface LoggedOperation {
  readonly name: string
  readonly text: string
  readonly done: boolean
  /** By what it is void; null when it is not. */
  readonly void: VoidedBy | null
}

/** One row of GET /v1/log, newest first; `since` is an ISO time in UTC. */
export interface LogEntry {
  readonly id: string
  readonly branch: string
  readonly author: string
  readonly message: string
  readonly time: string
  /** Who checked it in, as the kernel of that host says. */
  readonly askedBy?: AskedBy
  readonly operations: readonly LoggedOperation[]
}

/** One row of GET /v1/blame: what is at a path, and which operation put it there. */
export interface BlameRow {
  readonly path: string
  /** `file`, `directory` or `symlink`. */
  readonly kind: string
  /** The name of the operation. */
  readonly operation: string
  readonly author: string
  readonly time: string
  readonly message: string
}

/** GET /v1/paths: recorded paths that begin with a prefix, each up to its next slash. */
export interface PathsAnswer {
  /** By name, directories with a slash behind them; at most {@link pathsMax}, of which the last is the last of all. */
  readonly paths: readonly string[]
  /** How many there are besides. */
  readonly more: number
}

/** As many as a shell offers. */
export const pathsMax = 500

/** An operation with all that is recorded of it. */
export interface ShownOperation {
  /** In a few words. */
  readonly text: string
  /** Rows for people: `['mode', '0644']`. */
  readonly attributes: readonly (readonly [name: string, value: string])[]
  /** As the journal has it. */
  readonly operation: object
}

/** GET /v1/show?name=NAME: a changeset, or one operation of it. */
export interface Shown extends Omit<LogEntry, 'operations'> {
  readonly format: number
  readonly domain: string
  readonly sequence: number
  readonly previous: string
  readonly operationsBefore: number
  /** The id of the lock it was written under. */
  readonly lock: string
  /** The key it is signed with, and the signature. */
  readonly key: string
  readonly signature: string
  /** The branches known here that have it. */
  readonly branches: readonly string[]
  readonly operations: readonly (ShownOperation & LoggedOperation)[]
}

/** GET /v1/wip */
export interface WipAnswer {
  readonly work: {
    readonly branch: string
    /** The head that it comes after. */
    readonly base: string
    readonly lock: string
    readonly author: string
    readonly message: string
    /** When the lock was taken; null when that was not noted. */
    readonly since: string | null
    /** Whether the lock is still held. */
    readonly locked: boolean
    /** Who broke the lock; null when nobody did, or others have checked in since. */
    readonly broken: { readonly by: string; readonly time: string } | null
    readonly operations: readonly ShownOperation[]
  } | null
  readonly needsRebuild: RebuildStatus | null
}

/** One row of GET /v1/history, newest first. */
export interface HistoryRow {
  /** `finished`, `failed`, `started` (and not ended), `made`, `dropped`, `undone`, `skipped`, `passedOver`, `mended`, `unrecorded`, `held`, `released`, `wentOn` and others to come. */
  readonly event: string
  readonly time: string
  /** The operation's name, and what it is where a journal still tells. */
  readonly operation: string | null
  readonly text: string | null
  readonly started: string | null
  readonly tookMs: number | null
  /** Exit status. */
  readonly status: number | null
  /** SHA-256 of what a command wrote. */
  readonly output: string | null
  /** What a person should know of how it was done. */
  readonly remarks: readonly string[]
  /** Why it could not be done; of `wentOn` the hold. */
  readonly reason: string | null
  /** Of `dropped` and `undone`. */
  readonly dropped: { readonly operations: number; readonly by: string } | null
  /** Who decided it, and why: of `skipped`, `mended`, and holds. */
  readonly decided: { readonly by: string; readonly why: string } | null
}

/** The states that a host can be in, those that need somebody first; of several that hold it is in the first. */
export const hostStates = {
  stopped: 'it met an operation that it cannot do',
  boot: 'its last boot did not make it right',
  unheard: 'nothing has been heard from it for longer than it should be silent',
  held: '`up` does nothing there until somebody releases the host, or its branch, of which it has operations to do',
  behind: 'it has operations to do',
  differs: 'it differs from its journal: an operation was skipped, was done and is void, or was done here alone',
  unknown: 'it has not told where it stands, or stands where this host cannot tell',
  level: 'it has done all operations of its branch that are known here',
} as const
export type HostState = keyof typeof hostStates

/** One row of GET /v1/hosts: this host, then the others by name. */
export interface HostRow {
  readonly name: string
  readonly peerId: string
  /** Whether it is this host. */
  readonly here: boolean
  readonly connected: boolean
  readonly address: string | null
  /** The host over which it is reached, where it is not reached otherwise; absent from older daemons. */
  readonly via?: string | null
  /** When it was heard last, also by an earlier daemon; null while it is connected. */
  readonly seen: string | null
  /** What an administrator should know of it first. */
  readonly state: HostState
  readonly release: string | null
  readonly branch: string | null
  /** Operations of the branch that it has done, and those that the branch has here. */
  readonly position: number | null
  readonly operations: number | null
  /** The operation that it can't do, and since when by its own clock; null for a release that does not tell. */
  readonly stopped: { readonly operation: string; readonly why: string; readonly since: string | null } | null
  /** How it differs from its journal, as it has told. */
  readonly deviations: readonly HostDeviation[]
  /** Who holds it, as it has told, and who holds its branch, as this host's journal has it; absent from older daemons. */
  readonly holds?: readonly HoldAnswer[]
  /** How its last boot ended; null where no Hostkeeper looks after it. */
  readonly boot: HostBoot | null
}

/** An operation by which a host differs from its journal. */
export interface HostDeviation {
  /** `skipped`, `did-void`, and others to come. */
  readonly kind: string
  readonly operation: string
}

/** What a host tells of its last boot. */
export interface HostBoot {
  /** `right`, `old`, `excluded`, `failed` or `unknown`. */
  readonly level: string
  readonly since: string | null
  readonly step: string | null
  readonly why: string | null
  readonly tree: string | null
  /** When the source last had the tree. */
  readonly fetched: string | null
}

/** POST /v1/cat: its output is the file. */
export interface CatBody {
  readonly cwd: string
  readonly path: string
  /** The name of an operation; the newest when absent. */
  readonly at?: string | undefined
}

/** One row of GET /v1/doctor. */
export interface Diagnosis {
  /** What was looked at: `clock`, `disk`, `keys`, `owners`, `network`, `releases`, `host` and others to come. */
  readonly check: string
  readonly severity: 'good' | 'warning' | 'error'
  readonly message: string
  /** What to do about it; null when it is good. */
  readonly hint: string | null
}
