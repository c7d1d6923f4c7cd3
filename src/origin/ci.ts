/** `ci`: adds the work to the branch as one changeset, and gives the lock back. */
import { isDeepStrictEqual } from 'node:util'
import type { NextState } from '../agreement/index.ts'
import { type AskedBy, type ChangesetId, IsconfError, idPrefixLength, isoTime } from '../base/index.ts'
import { type BranchState, changed } from '../branch/index.ts'
import { type Changeset, publicKeyText, type SignedChangeset, signChangeset } from '../journal/index.ts'
import { pendingReboot, refuseRebooting } from './reboot.ts'
import { noteOwnVoids } from './void.ts'
import { afterwards, type OriginDeps, requireWork } from './work.ts'
import type { WorkHeader } from './work-in-progress.ts'
import { nameWorkOutputs } from './work-output.ts'

/**
 * Checks in. Undefined if there was nothing to check in and only the lock was given back. LOCK_LOST, SPLIT, DISK_FULL.
 */
export async function checkIn(deps: OriginDeps, user: string, askedBy?: AskedBy): Promise<SignedChangeset | undefined> {
  const { branch, work } = deps
  // The last try may have come as far as the journal, and no further.
  const before = await recoveredWhole(deps)
  if (before) return before
  const header = requireWork(deps, user, 'directive')
  await refuseRebooting(deps)
  if (work.operations.length === 0) {
    await deps.agreement.change(branch, (now) => ({ to: changed(now, { type: 'release', lockId: header.lock }) }))
    await afterwards(`the lock of branch ${branch.name} is given back; not noted on this host`, () => work.clear())
    return undefined
  }
  let head: ChangesetId
  try {
    head = (await deps.agreement.change(branch, (now) => withWork(deps, header, now, askedBy))).head
  } catch (error) {
    // What the others have more may be this very work: they tell it before anything is agreed.
    const told = await recoveredWhole(deps)
    if (told) return told
    throw error
  }
  const signed = await branch.journal.changesetAt(branch.journal.sequenceOf(head) ?? 0)
  const name = head.slice(0, idPrefixLength)
  await afterwards(
    `checked in as ${name}; not noted on this host: run \`isconf ci\` again to have it noted`,
    async () => {
      if (!header.behind) await noteMade(deps, header, signed, operationsOf({ signed }))
      await work.clear()
    },
  )
  return signed
}

/**
 * The state of the branch with the work as its newest changeset, signed. LOCK_LOST if somebody else's changeset is
 * there.
 */
function withWork(
  deps: OriginDeps,
  header: WorkHeader,
  now: BranchState,
  askedBy: AskedBy | undefined,
): ReturnType<NextState> {
  if (now.head !== header.base) {
    throw new IsconfError('LOCK_LOST', `branch ${now.branch} has grown since your lock: someone else checked in`)
  }
  const signed = signChangeset(
    { ...compose(deps, header), ...(askedBy && { notes: { askedBy: { ...askedBy } } }) },
    deps.key,
  )
  const change = { type: 'ci', lockId: header.lock, head: signed.id, length: signed.changeset.sequence } as const
  return { to: changed(now, change), changeset: signed }
}

/** Completes a check-in whose changeset the journal already has; BEHIND if this disk does not have all of it. */
async function recoveredWhole(deps: OriginDeps): Promise<SignedChangeset | undefined> {
  const recovered = await recoverCheckIn(deps)
  if (recovered && recovered.done < operationsOf(recovered)) throw behindOwnWork(deps, recovered)
  return recovered?.signed
}

/** A check-in of this host's work that the journal had already. */
export interface Recovered {
  readonly signed: SignedChangeset
  /** How many of its operations were done on this disk; the others are still to do. */
  readonly done: number
}

/**
 * Completes a check-in that the journal already has. After a crash between the journal and the rest, all of it was done
 * here. A disk that was restored from a backup or a snapshot has only the beginning: as much as the work on it says,
 * and no more, because nothing else tells what this disk has. Work that is not that beginning stays.
 */
export async function recoverCheckIn(deps: Omit<OriginDeps, 'agreement'>): Promise<Recovered | undefined> {
  const { branch, work } = deps
  const { header } = work
  const base = header && branch.name === header.branch ? branch.journal.sequenceOf(header.base) : undefined
  if (!header || base === undefined || base === branch.journal.length) return undefined
  const next = await branch.journal.changesetAt(base + 1)
  if (next.changeset.lock !== header.lock) return undefined
  const { operations } = next.changeset
  if (!work.operations.every((one, index) => isDeepStrictEqual(one, operations[index]))) return undefined
  // A reboot that has not come is the last of them.
  const done = work.operations.length - ((await pendingReboot(deps)) ? 1 : 0)
  if (!header.behind) await noteMade(deps, header, next, done)
  await work.clear()
  return { signed: next, done }
}

/** What was recovered, for people. */
export function recoveredText({ signed, done }: Recovered): string {
  const name = signed.id.slice(0, idPrefixLength)
  const all = operationsOf({ signed })
  if (done === all) return `finished a check-in that was interrupted: ${name}`
  return `this host's work was checked in as ${name} already, and its disk has ${done} of those ${all} operations: it was put back to an earlier moment`
}

function behindOwnWork({ host, branch }: OriginDeps, recovered: Recovered): IsconfError {
  return new IsconfError('BEHIND', `${host} is behind branch ${branch.name}: ${recoveredText(recovered)}`)
}

function operationsOf({ signed }: Pick<Recovered, 'signed'>): number {
  return signed.changeset.operations.length
}

async function noteMade(
  deps: Pick<OriginDeps, 'branch' | 'history' | 'deviations' | 'outputs' | 'log'>,
  header: WorkHeader,
  signed: SignedChangeset,
  count: number,
): Promise<void> {
  const { id, changeset } = signed
  // Before the history has it: a crash must not leave a host that does not say what it had done.
  await noteOwnVoids(deps, signed, count)
  // A crash may have come after it was noted, and before the work was ended.
  const { done } = deps.history.standing
  const noted = done?.id === id ? done.index + 1 : 0
  const made = changeset.operations.slice(noted, count)
  await nameWorkOutputs(deps, header, signed, count)
  await deps.history.add(made.map((_, index) => ({ event: 'made', operation: { id, index: noted + index } })))
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
