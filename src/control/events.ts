/** GET /v1/events: what happens in the domain, as this host learns of it. */

interface OfEvery {
  /** Names the event in this daemon; one that comes later has a higher number behind the dash. */
  readonly id: string
  /** When this host learned of it: ISO 8601, UTC. */
  readonly time: string
  /** Whether it is about this host alone, or about the domain. */
  readonly scope: 'host' | 'domain'
  /** The host that it is about: which has the lock, has checked in, does the operation, or is lost. */
  readonly host: string
}

interface OfHost extends OfEvery {
  readonly scope: 'host'
  readonly branch: string
  /** Its name. */
  readonly operation: string
}

interface OfBranch extends OfEvery {
  readonly scope: 'domain'
  readonly branch: string
}

interface OfLock extends OfBranch {
  /** Names this taking of the lock. */
  readonly lock: string
  readonly user: string
  readonly message: string
}

interface OfOtherHost extends OfEvery {
  readonly scope: 'domain'
  readonly peerId: string
  /** The one that the host was on when it was heard last; null when it has not told. */
  readonly branch: string | null
}

/** How a lock ended. */
export type LockEnd = 'checked-in' | 'given-back' | 'broken' | 'resolved'

/** Everything that is told of; docs/openapi.json has it as a schema. */
export type DomainEvent =
  | (OfLock & { readonly type: 'lock-taken' })
  /** `by` is who has broken it, null when nobody has. */
  | (OfLock & { readonly type: 'lock-released'; readonly how: LockEnd; readonly by: string | null })
  /** Of changesets that arrive together the newest is named; `changesets` says how many there are. */
  | (OfBranch & {
      readonly type: 'checked-in'
      readonly changeset: string
      readonly sequence: number
      readonly author: string
      readonly message: string
      readonly operations: number
      readonly changesets: number
    })
  /** `through` is the last of several that were begun together, null for one. */
  | (OfHost & { readonly type: 'operation-begun'; readonly through: string | null })
  | (OfHost & { readonly type: 'operation-done' })
  | (OfHost & { readonly type: 'operation-failed'; readonly reason: string })
  /** The branch has two lines; `head` is that of the one that this host follows. */
  | (OfBranch & { readonly type: 'split-found' | 'split-resolved'; readonly head: string })
  | (OfOtherHost & { readonly type: 'host-lost' | 'host-back' })

export type EventType = DomainEvent['type']

/**
 * Stands before the others when there may have been events that are not kept any more: the one that the caller heard
 * last is too long ago, or was told by an earlier daemon.
 */
export interface MissedEvents {
  readonly type: 'missed'
  /** Where to go on. */
  readonly id: string
  readonly time: string
}

/** What is asked for behind GET /v1/events. */
export interface EventsQuery {
  /** Only what comes after the event with this id; all that is kept when it is `start`, only what is to come when absent. */
  readonly after?: string | undefined
  /** `false`: ends behind what is kept. */
  readonly follow?: 'true' | 'false' | undefined
}
