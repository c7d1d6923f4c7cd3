import * as z from 'zod'
import { operationsDone } from '../../branch/index.ts'
import type { PlanAnswer } from '../../control/index.ts'
import { refuseUnchecked } from '../../origin/index.ts'
import { plan } from '../../replay/index.ts'
import { aloneText, type CompanyParts, unfetchedOf } from './shared/company.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'
import { type UpParts, upDeps, upOptions } from './shared/up-limits.ts'

const flag = z
  .enum(['0', '1'])
  .transform((text) => text === '1')
  .optional()

export const planRequest = request({
  name: 'plan',
  kind: 'query',
  result: 'what `up` would do with the same limits',
  details:
    '`branch`, `position` (operations done), `total` (operations of the branch), `operations` (`name`, `text`, ' +
    '`number`: its place in the whole journal, `sizeBytes` of its file, `here`: whether the file is on this host), ' +
    '`obstacles` (what is seen to stop `up`: `operation`, `path`, `reason`; `stopsBefore`, the first operation that would ' +
    'not be done; `certain`, false after a command or a reboot, which may change what was seen), ' +
    '`asides` (what plain users have put in the way, and `up` would move aside), ' +
    '`stop` (why `up` would end before the end of the journal: `reason`, which is `reboot`, `reboot-needed`, `split`, ' +
    '`limit` or `unknown`, and `operation`), `holds` (who holds this host or its branch, so that `up` would do nothing of it: `scope`, `name`, `by`, `why`, `since`), `alone` (that no other host could be asked for more, in words).',
  input: z.strictObject({ reboot: flag, to: z.string().optional(), step: flag }),
  run: async (parts: UpParts & CompanyParts & Pick<Parts, 'work'>, limits): Promise<PlanAnswer> => {
    refuseUnchecked(parts.work)
    // An up would begin so, too; what arrives is in the journal, and nothing of it is done.
    await parts.replicator.catchUp()
    const alone = aloneText(parts)
    const { branch, history } = parts
    const deps = upDeps(parts)
    const { operations, obstacles, asides, stop } = await plan(deps, await upOptions(parts, limits))
    const position = await operationsDone(branch, history.standing.done)
    return {
      branch: branch.name,
      position,
      total: branch.journal.operationCount,
      operations,
      obstacles,
      asides,
      stop,
      holds: await deps.holds.all(),
      unfetched: unfetchedOf(parts, branch),
      ...(alone !== undefined && { alone }),
    }
  },
})
