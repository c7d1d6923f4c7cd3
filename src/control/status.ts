/** What the daemon answers about this host and itself: status, and restart. */
import type { LockAnswer } from './change.ts'
import type { DeviationAnswer } from './deviation.ts'
import type { HoldAnswer } from './hold.ts'

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
  /** The verb under way that changes this host; absent from older daemons. */
  readonly running?: string | null
  /** What `up` does nothing for; absent from older daemons. */
  readonly holds?: readonly HoldAnswer[]
  /** Of a host that does `up` by itself; null where that is left to people, absent from older daemons. */
  readonly unattended?: UnattendedAnswer | null
  readonly lock: LockAnswer | null
  readonly work: WorkStatus | null
  /** Why this host has to be built anew; null when it need not. */
  readonly needsRebuild: RebuildStatus | null
  /** How it differs from its journal. */
  readonly deviations: readonly DeviationAnswer[]
  /** The domains that were left with `isconf leave`, in which operations were done that no other host here gets. */
  readonly left: readonly LeftStatus[]
  /** The lines of a split branch; empty when it is not split. */
  readonly lines: readonly LineStatus[]
  readonly mesh: MeshStatus
  /** Where the package bank answers; the address is null while its port can't be had. */
  readonly bank: { readonly address: string | null }
  readonly warnings: readonly string[]
}

export interface UnattendedAnswer {
  /** When it may begin, as it was written; null when always. */
  readonly window: string | null
  /** What it did last, does now, or waits for. */
  readonly text: string
}

export interface LeftStatus {
  readonly domain: string
  /** Who left it, and when. */
  readonly by: string
  readonly time: string
  readonly operations: number
  /** Where what this host had of it is kept, below IS_HOME. */
  readonly directory: string
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

export interface UnreachedAddress {
  readonly address: string
  readonly reason: string
}

/** A host that was met, or heard on the local network, and is not connected. */
export interface StrangerStatus {
  readonly address: string
  /** What is the matter, in a sentence that has the host as its subject. */
  readonly text: string
  /** When it was met last. */
  readonly time: string
}

export interface MeshStatus {
  readonly peerId: string
  readonly addresses: readonly string[]
  /** `via` is the host over which it is reached, where it is not reached otherwise. */
  readonly peers: readonly { readonly host: string; readonly address: string; readonly via?: string }[]
  /** The addresses at which this host was told of others, or has met them, where it reaches none, and why not. */
  readonly unreached: readonly UnreachedAddress[]
  /** Who was not admitted lately, or has not admitted this host; absent from older daemons. */
  readonly strangers?: readonly StrangerStatus[]
  /** False when no hmac key is set and any host of the domain's name is let in. */
  readonly authenticated: boolean
  /** Strangers turned away since the daemon started. */
  readonly refused: number
}

/** POST /v1/stop */
export interface StopBody {
  /** What changes this host comes to its end before; otherwise it is stopped. */
  readonly whenIdle?: boolean | undefined
}

export interface StopAnswer {
  readonly pid: number
  /** The request that is finished before, null when there is none; absent from older daemons. */
  readonly after?: string | null
}

/** POST /v1/restart */
export interface RestartAnswer extends StopAnswer {
  /** Whether the daemon ends and is started again; otherwise nothing has happened. */
  readonly restarts: boolean
}
