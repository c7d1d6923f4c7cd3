/** Where a host stands on a branch. */
import { type ChangesetId, IsconfError, operationName } from '../base/index.ts'
import type { Branch } from './branch.ts'

/** The last operation a host has done, as its history tells. */
export interface LastDone {
  readonly id: ChangesetId
  readonly index: number
}

/**
 * How many of the journal's operations the host has done: always a prefix.
 * OFF_BRANCH when the last one it did is not in the journal.
 */
export async function operationsDone(branch: Branch, done: LastDone | undefined): Promise<number> {
  if (!done) return 0
  const { journal } = branch
  const sequence = journal.sequenceOf(done.id)
  if (sequence === undefined) {
    const name = operationName(done.id, done.index)
    throw new IsconfError(
      'OFF_BRANCH',
      `this host did ${name} last, which is not in the journal of branch ${branch.name}`,
    )
  }
  const { changeset } = await journal.changesetAt(sequence)
  return changeset.operationsBefore + done.index + 1
}
