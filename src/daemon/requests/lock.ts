import * as z from 'zod'
import type { LockAnswer, LockBody } from '../../control/index.ts'
import { takeLock } from '../../origin/index.ts'
import { type CompanyParts, remarkOnCompany } from './shared/company.ts'
import { remarkOnDeviations } from './shared/deviation.ts'
import { type HoldsParts, remarkOnHolds } from './shared/hold.ts'
import { user } from './shared/input.ts'
import { lockAnswer } from './shared/lock-answer.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const lockRequest = request({
  name: 'lock',
  kind: 'change',
  result:
    'the lock: `branch`, `user`, `host`, `message`, `since`, perhaps `askedBy` (who took it, as the kernel says: `uid`, ' +
    '`loginUid`, `login`)',
  input: z.strictObject({
    user,
    message: z.string(),
    behind: z.boolean().optional().describe('also on a host that is behind, and then only for hold, release and void'),
  }) satisfies z.ZodType<LockBody>,
  run: async (
    parts: CompanyParts & Pick<Parts, 'origin' | 'branch' | 'damaged' | 'deviations' | 'work'> & HoldsParts,
    { user, message, behind },
    { tell, askedBy },
  ): Promise<LockAnswer> => {
    remarkOnDeviations(parts, tell)
    await parts.damaged.refuseUnsure()
    const lock = await takeLock(parts.origin(), user, message, { behind, askedBy })
    await parts.replicator.announce(parts.branch)
    if (parts.work.header?.behind) {
      const text = `${parts.identity.host} is behind branch ${parts.branch.name}: this lock is only for hold, release and void`
      void tell({ event: 'remark', text })
    }
    await remarkOnHolds(parts, tell)
    remarkOnCompany(parts, parts.branch, tell)
    return lockAnswer(parts.branch, lock)
  },
})
