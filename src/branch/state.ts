/** The state of a branch: its head and its lock, changed only by compare-and-set. */
import * as z from 'zod'
import { type BranchName, type ChangesetId, IsconfError, unreachable } from '../base/index.ts'
import {
  askedBySchema,
  branchNameSchema,
  changesetIdSchema,
  countSchema,
  messageLengthMax,
  type SignedChangeset,
  timeSchema,
} from '../journal/index.ts'

/** A state is only taken within a million of the last: this far none comes, and the number after it is still one. */
const revisionMax = 2 ** 48

const lockSchema = z.object({
  /** Names this taking of the lock, and no other. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  user: z.string().min(1).max(256),
  host: z.string().min(1).max(256),
  /** The holder's host key, in base64: a name may be given to two machines. */
  key: z.base64().length(44),
  message: z.string().min(1).max(messageLengthMax),
  /** Wall time for people: ISO 8601, UTC. */
  since: timeSchema,
  /** Who took it, as the kernel of that host says; a release that does not know it drops it. */
  askedBy: z.exactOptional(askedBySchema),
})

/** Who may add to a branch, and why. */
export type Lock = z.infer<typeof lockSchema>

export const branchStateSchema = z.object({
  branch: branchNameSchema,
  head: changesetIdSchema,
  /** Changesets up to and with the head. */
  length: countSchema,
  /** Counts the changes of the lock at this head; the larger one is the later. */
  revision: z.int().nonnegative().max(revisionMax),
  lock: lockSchema.nullable(),
  /** The lock that was broken last at this head, and by whom. */
  broken: z.object({ lock: lockSchema, by: z.string().max(600), time: timeSchema }).nullable(),
})

export type BranchState = Readonly<z.infer<typeof branchStateSchema>>

/** What a person asks of a branch. */
export type Change =
  | { readonly type: 'lock'; readonly lock: Lock }
  | { readonly type: 'unlock'; readonly by: string; readonly time: string }
  | { readonly type: 'ci'; readonly lockId: string; readonly head: ChangesetId; readonly length: number }
  /** The holder gives the lock back with nothing to check in. */
  | { readonly type: 'release'; readonly lockId: string }
  /** The branch begins, with what its parent has. */
  | { readonly type: 'fork'; readonly head: ChangesetId; readonly length: number }

/** The state after a change. LOCKED, NOT_LOCKED, LOCK_LOST, BRANCH_EXISTS when the state does not allow it. */
export function changed(state: BranchState, change: Change): BranchState {
  const next = { ...state, revision: state.revision + 1 }
  switch (change.type) {
    case 'lock':
      if (state.lock && !isSameHolder(state.lock, change.lock)) throw lockedFor(state.branch, state.lock, change.lock)
      return { ...next, lock: change.lock }
    case 'unlock':
      if (!state.lock) {
        const hint = 'there is no lock to break: whoever wants to change the branch can take it'
        throw new IsconfError('NOT_LOCKED', `branch ${state.branch} is not locked`, { hint })
      }
      return { ...next, lock: null, broken: { lock: state.lock, by: change.by, time: change.time } }
    case 'release':
      requireLock(state, change.lockId)
      return { ...next, lock: null }
    case 'ci':
      requireLock(state, change.lockId)
      return { branch: state.branch, head: change.head, length: change.length, revision: 0, lock: null, broken: null }
    case 'fork': {
      const { branch } = state
      if (state.length > 0 || state.revision > 0)
        throw new IsconfError('BRANCH_EXISTS', `there is a branch ${branch}; did you mean isconf migrate ${branch}?`)
      // A fork of an empty branch is known by its revision.
      return change.length > 0 ? unlockedState(branch, change.head, change.length) : next
    }
    default:
      return unreachable(change)
  }
}

/** The state of a branch at whose head no lock was ever taken. */
export function unlockedState(branch: BranchName, head: ChangesetId, length: number): BranchState {
  return { branch, head, length, revision: 0, lock: null, broken: null }
}

/**
 * Whether, at one head, `theirs` takes the place of `mine`: the later one,
 * and of two that were made while their hosts could not reach each other the
 * one that every host picks alike.
 */
export function supersedes(theirs: BranchState, mine: BranchState): boolean {
  if (theirs.revision !== mine.revision) return theirs.revision > mine.revision
  return orderOf(theirs) > orderOf(mine)
}

/** Any order will do, as long as it is the same everywhere. */
function orderOf({ lock, broken }: BranchState): string {
  return `${lock?.id ?? ''} ${broken?.lock.id ?? ''} ${broken?.by ?? ''} ${broken?.time ?? ''}`
}

/** Whether two states are the same one. */
export function isSameState(a: BranchState, b: BranchState): boolean {
  return a.head === b.head && a.revision === b.revision && a.lock?.id === b.lock?.id
}

/** The lock in a sentence: holder, host, message and since when. */
export function lockedBy(lock: Lock): string {
  return `locked by ${lock.user}@${lock.host} since ${lock.since}: ${lock.message}`
}

/** What to do where this host has the lock, and another user of it. */
export function otherUserHint(holder: string, user: string): string {
  return `it is held on this host, by ${holder}, and you are ${user}: let ${holder} check in, or as ${holder}: LOGNAME=${holder} isconf ci; or break it: isconf unlock`
}

function lockedFor(branch: BranchName, held: Lock, wanted: Lock): IsconfError {
  if (held.key === wanted.key) {
    const hint = otherUserHint(held.user, wanted.user)
    return new IsconfError('LOCKED', `branch ${branch} is ${lockedBy(held)}`, { hint })
  }
  // It was taken before the holder knew that its name is another host's, too.
  const who = held.host === wanted.host ? `${held.user} on another host that is called ${held.host}, too,` : ''
  const text = who === '' ? lockedBy(held) : `locked by ${who} since ${held.since}: ${held.message}`
  return new IsconfError('LOCKED', `branch ${branch} is ${text}`)
}

function isSameHolder(a: Lock, b: Lock): boolean {
  return a.user === b.user && a.key === b.key
}

function requireLock(state: BranchState, lockId: string): void {
  if (state.lock?.id === lockId) return
  if (state.lock) throw new IsconfError('LOCK_LOST', `branch ${state.branch} is now ${lockedBy(state.lock)}`)
  const by = state.broken?.lock.id === lockId ? `: broken by ${state.broken.by} at ${state.broken.time}` : ''
  throw new IsconfError('LOCK_LOST', `your lock on branch ${state.branch} is gone${by}`)
}

/**
 * So many times nobody locks and unlocks a branch without checking anything in. A number that is made up must not use
 * up all that are left.
 */
const revisionStepMax = 1_000_000

/** Whether a peer's state at the same head is later than this host's, and can be true. */
export function canAdopt(theirs: BranchState, ours: BranchState): boolean {
  if (theirs.head !== ours.head || !supersedes(theirs, ours)) return false
  return theirs.length === ours.length && theirs.revision - ours.revision <= revisionStepMax
}

/**
 * Changesets that follow the head, unless the first names the lock which the branch granted to another key: its id is
 * known to every host. JOURNAL_DAMAGED names the peer. Another lock may have been taken out of this host's sight.
 */
export function underOwnLock(
  { lock }: BranchState,
  changesets: readonly SignedChangeset[],
  from: string,
): readonly SignedChangeset[] {
  const [first] = changesets
  if (!first || lock?.id !== first.changeset.lock || lock.key === first.changeset.key) return changesets
  const whose = `${lock.user}@${lock.host}`
  throw new IsconfError(
    'JOURNAL_DAMAGED',
    `${from}: the changeset ${first.id} names the lock of ${whose}, and is not signed by the key that has it`,
  )
}
