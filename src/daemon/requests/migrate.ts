import * as z from 'zod'
import { parseBranchName } from '../../base/index.ts'
import { operationsDone } from '../../branch/index.ts'
import type { BranchBody, MigrateAnswer } from '../../control/index.ts'
import { migrate } from '../../origin/index.ts'
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
    { origin, branch: from, replicator, history }: Pick<Parts, 'origin' | 'branch' | 'replicator' | 'history'>,
    { user, branch: name },
  ): Promise<MigrateAnswer> => {
    const parsed = parseBranchName(name)
    await replicator.exchangeAll()
    const branch = await migrate(origin(), user, parsed)
    await replicator.announce(from)
    const position = await operationsDone(branch, history.standing.done)
    const pending = branch.journal.operationCount - position
    return { branch: branch.name, from: from.name, position, pending }
  },
})
