import type { BranchReleaseAnswer, HoldBody } from '../../control/index.ts'
import { releaseBranch } from '../../origin/index.ts'
import { holdBody } from './shared/hold.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const releaseBranchRequest = request({
  name: 'release-branch',
  kind: 'change',
  result: '`branch`, and its hold in words (`was`): it is over from the next ci on',
  input: holdBody,
  run: async (
    { origin, branch }: Pick<Parts, 'origin' | 'branch'>,
    { user, message }: HoldBody,
  ): Promise<BranchReleaseAnswer> => ({ branch: branch.name, was: await releaseBranch(origin(), user, message) }),
})
