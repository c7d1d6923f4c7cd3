/** What is asked and answered about what is to be done here: up, and plan, which tells what up would do. */
import type { HoldAnswer } from './hold.ts'
import type { Caller } from './protocol.ts'

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
export interface UpBody extends Caller, UpLimits {
  /** Why it goes on although this host, or its branch, is held. */
  readonly despite?: string | undefined
}

/** What another host has of the branch and could not be fetched. */
export interface UnfetchedAnswer {
  readonly host: string
  readonly head: string
  /** Up to and with that head. */
  readonly changesets: number
  readonly reason: string
  /** All of it in a sentence. */
  readonly text: string
}

export interface UpAnswer {
  readonly branch: string
  /** Operations done by this call. */
  readonly done: number
  /** Operations that are void, and were passed over; absent from older daemons. */
  readonly passedOver?: number
  /** Operations done in all, or passed. */
  readonly position: number
  /** Operations still to do. */
  readonly left: number
  /** The operation for which the host reboots now; null when it does not. */
  readonly rebooting: string | null
  /** What is known to be there and was not to be had; absent from older daemons. */
  readonly unfetched?: readonly UnfetchedAnswer[]
  /** In how many operations this host differs from its journal; absent from older daemons. */
  readonly differing?: number
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
    /** It is void, and would be passed over. */
    readonly void: boolean
  }[]
  /** What is seen to stop `up` at one of them; absent from older daemons. */
  readonly obstacles?: readonly {
    readonly operation: string
    readonly path: string
    readonly reason: string
    /** The first operation that would not be done: of a directory all or nothing is. */
    readonly stopsBefore: string
    /** False of what comes after a command or a reboot, which may change what was seen. */
    readonly certain: boolean
  }[]
  /** What plain users have put in the way, and would be moved aside, in words; absent from older daemons. */
  readonly asides?: readonly string[]
  /**
   * Why it would stop before the end of the journal, and which operation that is about: the reboot it would do
   * (`reboot`) or may not do (`reboot-needed`), the first one that would be left (`limit`, `split`), or the one that
   * only a later release of isconf can do (`unknown`).
   */
  readonly stop: {
    readonly reason: 'reboot' | 'reboot-needed' | 'split' | 'limit' | 'unknown'
    readonly operation: string
  } | null
  /** Who holds this host, or its branch: `up` would do nothing of all this; absent from older daemons. */
  readonly holds?: readonly HoldAnswer[]
  /** As of `up`. */
  readonly unfetched?: readonly UnfetchedAnswer[]
}
