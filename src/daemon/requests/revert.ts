import * as z from 'zod'
import type { RevertAnswer, RevertBody } from '../../control/index.ts'
import { planRevert, revert } from '../../origin/index.ts'
import { logged } from '../logging/logged-work.ts'
import { user } from './shared/input.ts'
import { performListener, type RevertParts, revertDeps } from './shared/performing.ts'
import { request } from './shared/request.ts'
import { showOperation } from './shared/shown-operation.ts'

export const revertRequest = request({
  name: 'revert',
  kind: 'change',
  result:
    '`id` of the changeset; `operations` that were done, or would be, as in show without `name` and `done`; ' +
    '`obstacles` (what keeps it from being done, in words), `remarks`',
  input: z.strictObject({
    user,
    changeset: z.string().max(200).describe("the beginning of a changeset's id"),
    with: z.array(z.string().min(1)).optional().describe('what takes its commands back, in their order, for sh -c'),
    unknown: z.enum(['delete', 'keep']).optional().describe('what to do with paths of which nothing older is known'),
    overwrite: z.boolean().optional().describe('also what is not as the changeset has left it'),
    dryRun: z.boolean().optional().describe('do nothing'),
  }) satisfies z.ZodType<RevertBody>,
  run: async (
    parts: RevertParts,
    { user, dryRun, with: commands = [], unknown, overwrite = false, changeset },
    { tell, signal },
  ): Promise<RevertAnswer> => {
    const wanted = { changeset, with: commands, unknown, overwrite }
    const deps = revertDeps(parts, tell)
    const does = () => revert(deps, user, wanted, performListener(tell), signal)
    const planned = dryRun ? await planRevert(deps, wanted) : await logged(parts.log, `revert ${changeset}`, does)
    const { id, operations, obstacles, remarks } = planned
    return { id, operations: operations.map(showOperation), obstacles, remarks }
  },
})
