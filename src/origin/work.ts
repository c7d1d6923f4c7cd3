/** What the verbs on the origin share: who asks, and the lock they work under. */
import type { KeyObject } from 'node:crypto'
import type { Agreement } from '../agreement/index.ts'
import { type Clock, type DomainName, IsconfError, type Log, type Random, toIsconfError } from '../base/index.ts'
import { type Branch, lockedBy } from '../branch/index.ts'
import type { Deviations, History, RebuildMark } from '../host/index.ts'
import type { Machine } from '../machine/index.ts'
import type { BlobStore } from '../store/index.ts'
import type { WorkHeader, WorkInProgress } from './work-in-progress.ts'

export interface OriginDeps {
  readonly host: string
  /** What is recorded names the release that can do it. */
  readonly release: string
  readonly domain: DomainName
  readonly key: KeyObject
  /** The branch this host is on. */
  readonly branch: Branch
  readonly agreement: Agreement
  readonly history: History
  readonly machine: Machine
  readonly store: BlobStore
  readonly work: WorkInProgress
  readonly rebuild: RebuildMark
  readonly deviations: Deviations
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** The work under the caller's lock. NOT_LOCKED, LOCKED, LOCK_LOST. */
export function requireWork({ branch, work, host }: OriginDeps, user: string): WorkHeader {
  const { header } = work
  const { lock } = branch.state
  if (!header) {
    if (lock) throw new IsconfError('LOCKED', `branch ${branch.name} is ${lockedBy(lock)}`)
    throw new IsconfError('NOT_LOCKED', `branch ${branch.name} is not locked`)
  }
  if (header.author !== `${user}@${host}`) {
    const holder = lock?.id === header.lock ? lockedBy(lock) : `locked by ${header.author}: ${header.message}`
    throw new IsconfError('LOCKED', `branch ${branch.name} is ${holder}`)
  }
  if (header.branch !== branch.name || lock?.id !== header.lock) {
    const now = lock ? `it is now ${lockedBy(lock)}` : brokenBy(branch)
    throw new IsconfError('LOCK_LOST', `your lock on branch ${header.branch} is gone: ${now}`)
  }
  return header
}

/**
 * Does what comes after a change that is made: a failure says that it is. `made` says so, and what is to be done about
 * what is missing.
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

function brokenBy({ state }: Branch): string {
  return state.broken ? `broken by ${state.broken.by} at ${state.broken.time}` : 'nobody holds it'
}

/** UNCHECKED_WORK while something was done here that is not checked in. */
export function refuseUnchecked({ operations, header }: WorkInProgress): void {
  if (operations.length === 0) return
  const count = operations.length === 1 ? '1 operation' : `${operations.length} operations`
  throw new IsconfError('UNCHECKED_WORK', `${header?.author} has ${count} here not checked in`)
}
