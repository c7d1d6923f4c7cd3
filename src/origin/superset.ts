/** Whether a branch continues what a host has done, and where it does not. */
import { type ChangesetId, IsconfError, operationName } from '../base/index.ts'
import { type Branch, commonLength, operationsDone } from '../branch/index.ts'
import { describeOperation, type SignedChangeset } from '../journal/index.ts'
import type { OriginDeps } from './work.ts'

export interface WithInstalledEarly {
  /** The newest changeset by which something is here, or was passed over, before its time. */
  readonly installedEarly: { readonly id: ChangesetId | undefined }
}

/** NOT_A_SUPERSET unless all that this host has done, or begun, is the beginning of the journal of `to`. */
export async function refuseUnlessSuperset(
  { branch, history, host, installedEarly }: Pick<OriginDeps, 'branch' | 'history' | 'host'> & WithInstalledEarly,
  to: Branch,
): Promise<void> {
  const { done, stopped, rebooting } = history.standing
  // What was begun may have been done.
  const last = stopped?.operation ?? rebooting?.operation ?? done
  if (!last || to.journal.has(last.id)) {
    if (installedEarly.id === undefined || to.journal.has(installedEarly.id)) return
    throw new IsconfError(
      'NOT_A_SUPERSET',
      `branch ${to.name} does not continue what ${host} has: it has done already as changeset ${installedEarly.id.slice(0, 12)} ` +
        `of ${branch.name} says (a newer file, or a void operation that was passed over), which ${to.name} has not`,
    )
  }
  await operationsDone(branch, last)
  const shared = commonLength(branch.journal, to.journal)
  const here = await branch.journal.changesetAt(shared + 1)
  const there = to.journal.length > shared ? await to.journal.changesetAt(shared + 1) : undefined
  const index = firstDifference(here, there)
  throw new IsconfError(
    'NOT_A_SUPERSET',
    `branch ${to.name} does not continue what ${host} has done: operation ${here.changeset.operationsBefore + index + 1} ` +
      `is ${nameAndText(here, index)} on ${branch.name}, and ${there ? nameAndText(there, index) : 'missing'} on ${to.name}`,
  )
}

/** The first operation in which two changesets differ; the first one when only what is around them does. */
function firstDifference(here: SignedChangeset, there: SignedChangeset | undefined): number {
  const [mine, theirs] = [here.changeset.operations, there?.changeset.operations ?? []]
  const index = mine.findIndex((one, at) => at < theirs.length && JSON.stringify(one) !== JSON.stringify(theirs[at]))
  return Math.max(0, index)
}

function nameAndText({ id, changeset }: SignedChangeset, index: number): string {
  const operation = changeset.operations[index]
  return `${operationName(id, index)}${operation ? ` (${describeOperation(operation)})` : ''}`
}
