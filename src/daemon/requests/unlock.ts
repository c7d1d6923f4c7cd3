import type { LockAnswer } from '../../control/index.ts'
import { breakLock } from '../../origin/index.ts'
import { type CompanyParts, remarkOnCompany } from './shared/company.ts'
import { callerOnly } from './shared/input.ts'
import { lockAnswer } from './shared/lock-answer.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const unlockRequest = request({
  name: 'unlock',
  kind: 'change',
  result: 'the lock that was broken',
  input: callerOnly,
  run: async (parts: CompanyParts & Pick<Parts, 'origin' | 'branch'>, { user }, { tell }): Promise<LockAnswer> => {
    const lock = await breakLock(parts.origin(), user)
    await parts.replicator.announce(parts.branch)
    remarkOnCompany(parts, parts.branch, tell)
    return lockAnswer(parts.branch, lock)
  },
})
