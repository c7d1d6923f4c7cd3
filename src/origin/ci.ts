/** `ci`: adds the work to the branch as one changeset, and gives the lock back. */
import { IsconfError, isoTime } from '../base/index.ts'
import { changed } from '../branch/index.ts'
import { type Changeset, publicKeyText, type SignedChangeset, signChangeset } from '../journal/index.ts'
import { refuseRebooting } from './reboot.ts'
import { type OriginDeps, requireWork } from './work.ts'
import type { WorkHeader } from './work-in-progress.ts'

/** Checks in; undefined when there was nothing to check in and only the lock was given back. LOCK_LOST, SPLIT, DISK_FULL. */
export async function checkIn(deps: OriginDeps, user: string): Promise<SignedChangeset | undefined> {
  const { branch, work } = deps
  // The last try may have come as far as the journal, and no further.
  const finished = await recoverCheckIn(deps)
  if (finished) return finished
  const header = requireWork(deps, user)
  await refuseRebooting(deps)
  if (work.operations.length === 0) {
    await deps.agreement.change(branch, (now) => ({ to: changed(now, { type: 'release', lockId: header.lock }) }))
    await work.clear()
    return undefined
  }
  const { head } = await deps.agreement.change(branch, (now) => {
    if (now.head !== header.base) {
      throw new IsconfError('LOCK_LOST', `branch ${branch.name} has grown since your lock: someone else checked in`)
    }
    const signed = signChangeset(compose(deps, header), deps.key)
    const change = { type: 'ci', lockId: header.lock, head: signed.id, length: signed.changeset.sequence } as const
    return { to: changed(now, change), changeset: signed }
  })
  const signed = await branch.journal.changesetAt(branch.journal.sequenceOf(head) ?? 0)
  await finishCheckIn(deps, signed)
  return signed
}

/** After a crash between the journal and the rest: finishes a check-in that the journal has already. */
export async function recoverCheckIn(deps: Omit<OriginDeps, 'agreement'>): Promise<SignedChangeset | undefined> {
  const { branch, work } = deps
  const { header } = work
  const base = header && branch.name === header.branch ? branch.journal.sequenceOf(header.base) : undefined
  if (!header || base === undefined || base === branch.journal.length) return undefined
  const next = await branch.journal.changesetAt(base + 1)
  if (next.changeset.lock !== header.lock) return undefined
  await finishCheckIn(deps, next)
  return next
}

async function finishCheckIn(
  { history, work }: Pick<OriginDeps, 'history' | 'work'>,
  { id, changeset }: SignedChangeset,
): Promise<void> {
  await history.add(changeset.operations.map((_, index) => ({ event: 'made', operation: { id, index } })))
  await work.clear()
}

function compose({ branch, domain, key, clock, work, release }: OriginDeps, header: WorkHeader): Changeset {
  const { place } = branch.journal
  return {
    format: 1,
    domain,
    branch: branch.name,
    sequence: place.sequence + 1,
    previous: place.id,
    operationsBefore: place.operationsAfter,
    author: header.author,
    message: header.message,
    lock: header.lock,
    time: isoTime(clock),
    key: publicKeyText(key),
    release,
    operations: [...work.operations],
  }
}
