import * as z from 'zod'
import { type BranchName, parseBranchName } from '../../base/index.ts'
import { type Branch, operationsDone } from '../../branch/index.ts'
import type { BranchBody, MigrateAnswer } from '../../control/index.ts'
import { migrate } from '../../origin/index.ts'
import { type HoldsParts, remarkOnHolds } from './shared/hold.ts'
import { user } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const migrateRequest = request({
  name: 'migrate',
  kind: 'change',
  result:
    '`branch`, `from`; how many operations of the branch this host has done (`position`), and has not (`pending`)',
  input: z.strictObject({ user, branch: z.string() }) satisfies z.ZodType<BranchBody>,
  run: async (
    parts: Pick<Parts, 'origin' | 'damaged' | 'replicator'> & HoldsParts,
    { user, branch: name },
    { tell },
  ): Promise<MigrateAnswer> => {
    const { branch: from, replicator, history } = parts
    const parsed = parseBranchName(name)
    await replicator.catchUp(parsed)
    const branch = await goTo(parts, user, parsed)
    await replicator.announce(from)
    await remarkOnHolds(parts, tell, branch)
    const position = await operationsDone(branch, history.standing.done)
    const pending = branch.journal.operationCount - position
    return { branch: branch.name, from: from.name, position, pending }
  },
})

/** Where the file that names the branch was damaged, it may be the one that this host seems to be on. */
async function goTo(
  { origin, branch, damaged, history }: Pick<Parts, 'origin' | 'branch' | 'damaged' | 'history'>,
  user: string,
  name: BranchName,
): Promise<Branch> {
  if (name !== branch.name || !(await damaged.isBranchUnsure())) return migrate(origin(), user, name)
  await operationsDone(branch, history.standing.done)
  await origin().goTo(branch)
  return branch
}
