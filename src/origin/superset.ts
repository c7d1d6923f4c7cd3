/** Whether a branch continues what a host has done, and if not, where it differs. */
import { type ChangesetId, IsconfError, operationName } from '../base/index.ts'
import { type Branch, commonLength, operationsDone } from '../branch/index.ts'
import { describeInBrief, type SignedChangeset } from '../journal/index.ts'
import type { OriginDeps } from './work.ts'

export interface WithInstalledEarly {
  /** The newest changeset of which something was installed, or passed over, early. */
  readonly installedEarly: { readonly id: ChangesetId | undefined }
}

/** NOT_A_SUPERSET unless everything that this host has done, or begun, is the beginning of the journal of `to`. */
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

/** The first operation in which two changesets differ; the first one if only their other members differ. */
function firstDifference(here: SignedChangeset, there: SignedChangeset | undefined): number {
  const [mine, theirs] = [here.changeset.operations, there?.changeset.operations ?? []]
  const index = mine.findIndex((one, at) => at < theirs.length && JSON.stringify(one) !== JSON.stringify(theirs[at]))
  return Math.max(0, index)
}

function nameAndText({ id, changeset }: SignedChangeset, index: number): string {
  const operation = changeset.operations[index]
  return `${operationName(id, index)}${operation ? ` (${describeInBrief(operation)})` : ''}`
}
