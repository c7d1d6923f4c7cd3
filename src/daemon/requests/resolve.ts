import * as z from 'zod'
import { IsconfError, isoTime } from '../../base/index.ts'
import { linesOfSplit } from '../../branch/index.ts'
import type { ResolveAnswer, ResolveBody } from '../../control/index.ts'
import { branchNamed } from './shared/branch-named.ts'
import { branchName, user } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

type ResolveParts = Pick<
  Parts,
  'branch' | 'branches' | 'resolutions' | 'replicator' | 'identity' | 'clock' | 'afterResolution'
>

export const resolveRequest = request({
  name: 'resolve',
  kind: 'change',
  result: '`branch`, `kept` (the head of that line), `aside` (the branch that the other line became)',
  input: z.strictObject({
    user,
    keep: z
      .string()
      .regex(/^[0-9a-f]{4,64}$/)
      .describe('the beginning of the id of a changeset on the line to keep'),
    branch: branchName,
  }) satisfies z.ZodType<ResolveBody>,
  run: async (parts: ResolveParts, { user, keep, branch: name }): Promise<ResolveAnswer> => {
    const branch = branchNamed(parts, name)
    const lines = await linesOfSplit(branch)
    if (lines.length === 0) throw new IsconfError('NO_SUCH_LINE', `branch ${branch.name} is not split`)
    const chosen = lines.find(({ first, head }) => first.startsWith(keep) || head.startsWith(keep))
    if (!chosen) throw new IsconfError('NO_SUCH_LINE', `no line of branch ${branch.name} has a changeset ${keep}`)
    const made = { branch: branch.name, by: `${user}@${parts.identity.host}`, time: isoTime(parts.clock) }
    const aside = await parts.resolutions.add(branch.forksOf(chosen.head).map((fork) => ({ ...made, ...fork })))
    await parts.afterResolution()
    await parts.replicator.announce(branch)
    return { branch: branch.name, kept: chosen.head, aside: aside.join(', ') }
  },
})
