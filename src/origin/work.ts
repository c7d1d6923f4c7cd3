/** What the verbs on the origin share: who asks, and the lock they work under. */
import type { KeyObject } from 'node:crypto'
import type { Agreement } from '../agreement/index.ts'
import { type Clock, type DomainName, IsconfError, type Log, type Random, toIsconfError } from '../base/index.ts'
import { type Branch, type Lock, lockedBy, otherUserHint } from '../branch/index.ts'
import type { Deviations, History, KeptOutputs, RebuildMark } from '../host/index.ts'
import { publicKeyText } from '../journal/index.ts'
import type { Machine } from '../machine/index.ts'
import type { BlobStore } from '../store/index.ts'
import type { WorkHeader, WorkInProgress } from './work-in-progress.ts'

export interface OriginDeps {
  readonly host: string
  /** The release that can do the operation is recorded with it. */
  readonly release: string
  readonly domain: DomainName
  readonly key: KeyObject
  /** The branch this host is on. */
  readonly branch: Branch
  readonly agreement: Agreement
  readonly history: History
  /** Keeps what commands write. */
  readonly outputs: KeptOutputs
  readonly machine: Machine
  readonly store: BlobStore
  readonly work: WorkInProgress
  readonly rebuild: RebuildMark
  readonly deviations: Deviations
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/**
 * The work under the caller's lock. NOT_LOCKED, LOCKED, LOCK_LOST. BEHIND where the lock was taken on a host that is
 * behind, unless what is asked for is about the journal itself (`directive`), and not about the machine.
 */
export function requireWork(
  deps: Pick<OriginDeps, 'branch' | 'work' | 'key' | 'host'>,
  user: string,
  what?: 'directive',
): WorkHeader {
  const { branch, work, key } = deps
  const { header } = work
  const { lock } = branch.state
  if (!header) {
    if (lock?.key === publicKeyText(key)) throw heldWithoutWork(branch, lock, user)
    if (lock) throw new IsconfError('LOCKED', `branch ${branch.name} is ${lockedBy(lock)}`)
    throw new IsconfError('NOT_LOCKED', `branch ${branch.name} is not locked`)
  }
  refuseOthersWork(deps, header, user)
  if (header.branch !== branch.name || lock?.id !== header.lock) {
    const now = lock ? `it is now ${lockedBy(lock)}` : brokenBy(branch)
    throw new IsconfError('LOCK_LOST', `your lock on branch ${header.branch} is gone: ${now}`)
  }
  if (header.behind && !what) {
    const message = `${deps.host} was behind branch ${branch.name} when it was locked: this lock is only for hold, release and void`
    throw new IsconfError('BEHIND', message, { hint: 'end it first: isconf ci; then: isconf up, isconf lock WHY' })
  }
  return header
}

/**
 * Does what follows a change that has been made. A failure then says so: `made` says what was made and what to do about
 * the rest.
 */
export async function afterwards(made: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (thrown) {
    const { code, message, hint } = toIsconfError(thrown)
    throw new IsconfError(code, `${made}: ${message}`, { cause: thrown, hint: code === 'DISK_FULL' ? roomHint : hint })
  }
}

const roomHint = 'make room on the disk of IS_HOME'

/**
 * LOCKED if the work here belongs to another user. It is this host's work, whatever the host was called when it began.
 */
export function refuseOthersWork({ branch }: Pick<OriginDeps, 'branch'>, header: WorkHeader, user: string): void {
  const holder = header.author.slice(0, header.author.lastIndexOf('@'))
  if (holder === user) return
  const { lock } = branch.state
  const text = lock?.id === header.lock ? lockedBy(lock) : `locked by ${header.author}: ${header.message}`
  throw new IsconfError('LOCKED', `branch ${branch.name} is ${text}`, { hint: otherUserHint(holder, user) })
}

/**
 * The failure when this host has the lock but none of the work, as after its disk was restored to an earlier moment.
 */
function heldWithoutWork(branch: Branch, lock: Lock, user: string): IsconfError {
  const hint =
    'this host itself holds it, and has no work under it: take it again, isconf lock WHY, or break it, isconf unlock'
  const message = `branch ${branch.name} is ${lockedBy(lock)}`
  return new IsconfError('LOCKED', message, { hint: lock.user === user ? hint : otherUserHint(lock.user, user) })
}

function brokenBy({ state }: Branch): string {
  return state.broken ? `broken by ${state.broken.by} at ${state.broken.time}` : 'nobody holds it'
}

/** UNCHECKED_WORK while something was done here that is not checked in. */
export function refuseUnchecked({ operations, header }: WorkInProgress): void {
  if (operations.length === 0) return
  const count = operations.length === 1 ? '1 operation' : `${operations.length} operations`
  throw new IsconfError('UNCHECKED_WORK', `${header?.author} has ${count} here not checked in`)
}
