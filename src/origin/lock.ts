/** `lock` and `unlock`: who may change the branch, and why. */
import { type AskedBy, IsconfError, isoTime } from '../base/index.ts'
import { changed, type Lock, operationsDone } from '../branch/index.ts'
import { messageLengthMax, publicKeyText } from '../journal/index.ts'
import { doJournalOperations } from '../replay/index.ts'
import type { WithInstalledEarly } from './superset.ts'
import { afterwards, type OriginDeps } from './work.ts'

export interface LockOptions {
  readonly behind?: boolean | undefined
  readonly askedBy?: AskedBy | undefined
}

/**
 * Takes the lock of the branch for `user`. With `behind` also if this host has not done all of the branch; the lock is
 * then good only for what is about the journal itself. LOCKED, BEHIND, NEEDS_REBUILD, MESSAGE_MISSING, SPLIT,
 * LOCK_CONTENDED.
 */
export async function takeLock(
  deps: OriginDeps & WithInstalledEarly,
  user: string,
  message: string,
  { behind = false, askedBy }: LockOptions = {},
): Promise<Lock> {
  const { branch, work, host } = deps
  if (message.trim() === '') throw new IsconfError('MESSAGE_MISSING', 'a lock needs a message')
  if (message.length > messageLengthMax) {
    throw new IsconfError('USAGE', `the message has ${message.length} characters, more than ${messageLengthMax}`)
  }
  deps.rebuild.refuse(host)
  const id = Buffer.from(deps.random.bytes(16)).toString('hex')
  const who = { user, host, key: publicKeyText(deps.key), ...(askedBy && { askedBy }) }
  const lock: Lock = { id, ...who, message, since: isoTime(deps.clock) }
  const before = await operationsDone(branch, deps.history.standing.done)
  // A held branch has at least the hold to do, which no up does there.
  const done = pendingOf(deps, before) > 0 ? await doJournalOperations(deps, before) : before
  const state = await deps.agreement.change(branch, (now) => {
    const next = changed(now, { type: 'lock', lock })
    if (!behind) refuseBehind(deps, done)
    if (work.header && work.operations.length > 0 && work.header.base !== now.head) {
      throw new IsconfError(
        'LOCK_LOST',
        `the work in ${work.path} comes after a head that branch ${branch.name} has left behind`,
      )
    }
    return { to: next }
  })
  const [author, since] = [`${user}@${host}`, lock.since]
  await afterwards(`branch ${branch.name} is locked by ${author}; not noted here: run \`isconf lock\` again`, () =>
    work.begin({
      ...{ branch: branch.name, base: state.head, lock: id, message, author, since },
      ...(pendingOf(deps, done) > 0 && { behind: true }),
    }),
  )
  return lock
}

/** Breaks the lock, whoever holds it. Returns that lock. NOT_LOCKED. */
export async function breakLock(deps: OriginDeps, user: string): Promise<Lock> {
  const { branch, host, clock } = deps
  let broken: Lock | null = null
  await deps.agreement.change(branch, (now) => {
    broken = now.lock
    return { to: changed(now, { type: 'unlock', by: `${user}@${host}`, time: isoTime(clock) }) }
  })
  if (!broken) throw new IsconfError('NOT_LOCKED', `branch ${branch.name} is not locked`)
  return broken
}

function pendingOf({ branch }: Pick<OriginDeps, 'branch'>, done: number): number {
  return branch.journal.operationCount - done
}

function refuseBehind({ branch, host }: OriginDeps, done: number): void {
  const pending = pendingOf({ branch }, done)
  if (pending === 0) return
  const count = pending === 1 ? '1 operation' : `${pending} operations`
  throw new IsconfError('BEHIND', `${host} is behind branch ${branch.name} by ${count}`)
}
