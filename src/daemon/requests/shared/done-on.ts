/** How much of any branch is done on this host. */
import { type Branch, commonLength, operationsDone } from '../../../branch/index.ts'
import type { Parts } from './parts.ts'

/** How many operations of a branch, which need not be its own, this host has done. */
export async function doneOn(
  { branch: own, history }: Pick<Parts, 'branch' | 'history'>,
  branch: Branch,
): Promise<number> {
  const { done } = history.standing
  if (!done) return 0
  if (branch.journal.has(done.id)) return operationsDone(branch, done)
  const shared = commonLength(own.journal, branch.journal)
  const position = own.journal.has(done.id) ? await operationsDone(own, done) : 0
  if (shared === 0) return 0
  const { operationsBefore, operations } = (await branch.journal.changesetAt(shared)).changeset
  return Math.min(position, operationsBefore + operations.length)
}
