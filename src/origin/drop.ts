/** `wip drop`: gives up work that can never be checked in, so that this host can go on; it is not what a journal makes. */
import { IsconfError, isoTime } from '../base/index.ts'
import { lockedBy } from '../branch/index.ts'
import { unrecordedKey } from '../host/index.ts'
import { describeOperation, type Operation } from '../journal/index.ts'
import { recoverCheckIn } from './ci.ts'
import type { OriginDeps } from './work.ts'

/**
 * Forgets the work whose lock was broken or lost, and marks this host as needing
 * a rebuild, until a person says on record that all of it was undone by hand; how many operations that were. WIP_NOT_LOST.
 */
export async function dropWork(deps: OriginDeps, user: string): Promise<number> {
  const { branch, history, work, rebuild, deviations, host, clock } = deps
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
  const count = operations.length
  if (count > 0) {
    const by = `${user}@${host}`
    // The marks first: a crash must not leave a host that has lost its work and does not say so.
    await deviations.add({
      kind: 'dropped',
      operation: unrecordedKey(`work ${header.lock}`),
      text: operationsText(operations),
      by,
      why: 'the lock was lost, and what was done is on this host alone',
      time: isoTime(clock),
    })
    await rebuild.set({ operations: count, by, time: isoTime(clock) })
    await history.add([{ event: 'dropped', operations: count, by }])
  }
  await work.clear()
  return count
}

/** So many are named; the rest is a count. */
const namedMax = 10

function operationsText(operations: readonly Operation[]): string {
  const named = operations.slice(0, namedMax).map(describeOperation).join(', ')
  return operations.length > namedMax ? `${named}, and ${operations.length - namedMax} more` : named
}
