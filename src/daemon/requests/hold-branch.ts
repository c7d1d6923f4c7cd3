import type { BranchHoldAnswer, HoldBody } from '../../control/index.ts'
import { holdBranch } from '../../origin/index.ts'
import { holdBody } from './shared/hold.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const holdBranchRequest = request({
  name: 'hold-branch',
  kind: 'change',
  result: '`branch`, and the reason that is recorded (`why`): it is held from the next ci on',
  input: holdBody,
  run: async (
    { origin, branch }: Pick<Parts, 'origin' | 'branch'>,
    { user, message }: HoldBody,
  ): Promise<BranchHoldAnswer> => ({ branch: branch.name, why: await holdBranch(origin(), user, message) }),
})
