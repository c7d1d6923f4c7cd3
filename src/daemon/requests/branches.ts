import { type Branch, holdOf } from '../../branch/index.ts'
import type { BranchRow, HoldAnswer } from '../../control/index.ts'
import { branchHold } from '../../replay/index.ts'
import { nothing } from './shared/input.ts'
import { lockAnswer } from './shared/lock-answer.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const branchesRequest = request({
  name: 'branches',
  kind: 'query',
  result: 'every branch that is known here, by name',
  details:
    '`name`, `current`, `head`, `changesets`, `operations`, `split`, `lock`, `hold` (`by`, `why`, `since`, or null), `parent` (the branch that it was forked ' +
    'from), `hosts` (those that have told that they are on it).',
  input: nothing,
  run: ({
    branches,
    branch: own,
    identity,
    replicator,
  }: Pick<Parts, 'branches' | 'branch' | 'identity' | 'replicator'>): Promise<readonly BranchRow[]> => {
    const told = replicator.inventory.all().flatMap(({ name, at }) => (at ? [{ name, branch: at.branch }] : []))
    const places = [{ name: identity.host, branch: own.name }, ...told]
    const all = [...new Set([own, ...branches.all()])].sort((a, b) => (a.name < b.name ? -1 : 1))
    return Promise.all(
      all.map(async (branch): Promise<BranchRow> => {
        const { name, state, journal, isSplit } = branch
        return {
          name,
          current: branch === own,
          head: state.head,
          changesets: journal.length,
          operations: journal.operationCount,
          split: isSplit,
          lock: state.lock && lockAnswer(branch, state.lock),
          hold: await holdOn(branch),
          parent: await parentOf(branch),
          hosts: [...new Set(places.flatMap((one) => (one.branch === name ? [one.name] : [])))].sort(),
        }
      }),
    )
  },
})

async function holdOn(branch: Branch): Promise<HoldAnswer | null> {
  const hold = await holdOf(branch)
  return hold ? branchHold(branch, hold) : null
}

/** The branch on which the last changeset was written that is not of the branch itself; null when all are. */
async function parentOf({ name, journal }: Branch): Promise<string | null> {
  // What was written on the branch comes after all that it began with.
  let [inherited, limit] = [0, journal.length]
  let parent: string | null = null
  while (inherited < limit) {
    const middle = Math.ceil((inherited + limit) / 2)
    const { branch } = (await journal.changesetAt(middle)).changeset
    if (branch === name) {
      limit = middle - 1
      continue
    }
    inherited = middle
    parent = branch
  }
  return parent
}
