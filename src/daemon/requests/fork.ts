import * as z from 'zod'
import { parseBranchName } from '../../base/index.ts'
import type { BranchBody, ForkAnswer } from '../../control/index.ts'
import { fork } from '../../origin/index.ts'
import { type CompanyParts, remarkOnCompany } from './shared/company.ts'
import { type HoldsParts, remarkOnHolds } from './shared/hold.ts'
import { user } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const forkRequest = request({
  name: 'fork',
  kind: 'change',
  result: '`branch`, `parent`, `journalHosts` (on how many hosts, this one among them, the new branch is)',
  input: z.strictObject({ user, branch: z.string() }) satisfies z.ZodType<BranchBody>,
  run: async (
    parts: CompanyParts & Pick<Parts, 'origin'> & HoldsParts,
    { user, branch: name },
    { tell },
  ): Promise<ForkAnswer> => {
    const { origin, branch: parent, replicator } = parts
    const child = await fork(origin(), user, parseBranchName(name))
    await replicator.announce(parent)
    const others = await replicator.announceStored(child)
    await remarkOnHolds(parts, tell, child)
    remarkOnCompany(parts, parent, tell)
    return { branch: child.name, parent: parent.name, journalHosts: 1 + others }
  },
})
