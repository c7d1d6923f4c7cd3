/**
 * `wip drop`: gives up work that can never be checked in, so that this host can go on. It then differs from its
 * journal.
 */
import { IsconfError, isoTime } from '../base/index.ts'
import { lockedBy } from '../branch/index.ts'
import { unrecordedKey } from '../host/index.ts'
import { describeInBrief, type Operation } from '../journal/index.ts'
import { recoverCheckIn } from './ci.ts'
import type { OriginDeps } from './work.ts'
import type { WorkHeader } from './work-in-progress.ts'

/**
 * Forgets the work whose lock was broken or lost, and marks this host as needing a rebuild until a person records that
 * all of the work was undone by hand. Returns the number of operations. WIP_NOT_LOST.
 */
export async function dropWork(deps: OriginDeps, user: string): Promise<number> {
  const { branch, work, deviations, host, clock } = deps
  // A crash may have kept from us that it is checked in.
  await recoverCheckIn(deps)
  const { header, operations } = work
  if (!header) return 0
  const { lock } = branch.state
  if (header.branch === branch.name && lock?.id === header.lock) {
    throw new IsconfError(
      'WIP_NOT_LOST',
      `the work in ${work.path} can be checked in: branch ${branch.name} is ${lockedBy(lock)}`,
    )
  }
  if (operations.length === 0) {
    await work.clear()
    return 0
  }
  // The mark first: a crash must not leave a host that has lost its work and does not say so.
  await deviations.add({
    kind: 'dropped',
    operation: keyOf(header),
    text: operationsText(operations),
    by: `${user}@${host}`,
    why: 'the lock was lost, and what was done is on this host alone',
    time: isoTime(clock),
  })
  return (await finishDrop(deps)) ?? 0
}

type DropDeps = Pick<OriginDeps, 'work' | 'deviations' | 'rebuild' | 'history'>

/** Does the rest where the mark says that the work is given up; how many operations that were, undefined without a mark. */
export async function finishDrop({ work, deviations, rebuild, history }: DropDeps): Promise<number | undefined> {
  const mark = work.header && deviations.of(keyOf(work.header))
  if (mark?.kind !== 'dropped') return undefined
  const { by, time } = mark
  const count = work.operations.length
  await rebuild.set({ operations: count, by, time })
  await history.add([{ event: 'dropped', operations: count, by }])
  await work.clear()
  return count
}

function keyOf({ lock }: WorkHeader): string {
  return unrecordedKey(`work ${lock}`)
}

/** How many operations are named; the rest is a count. */
const namedMax = 10

function operationsText(operations: readonly Operation[]): string {
  const named = operations.slice(0, namedMax).map(describeInBrief).join(', ')
  return operations.length > namedMax ? `${named}, and ${operations.length - namedMax} more` : named
}
