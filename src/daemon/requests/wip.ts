import type { WipAnswer } from '../../control/index.ts'
import { nothing } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'
import { showOperation } from './shared/shown-operation.ts'

export const wipRequest = request({
  name: 'wip',
  kind: 'query',
  result: 'what is not checked in',
  details:
    '`work`, null when everything is checked in (`branch`, `base`: the head it comes after, `lock`: its id, `author`, ' +
    '`message`, `since`, `locked`, `broken` (`by`, `time`), `operations` as in show without `name` and `done`); ' +
    '`needsRebuild` as in status.',
  input: nothing,
  run: ({ work, branch, rebuild }: Pick<Parts, 'work' | 'branch' | 'rebuild'>): WipAnswer => {
    const needsRebuild = rebuild.reason ?? null
    const { header, operations } = work
    if (!header) return { work: null, needsRebuild }
    const { lock, broken } = branch.state
    const { lock: id, branch: name, base, author, message, since } = header
    return {
      work: {
        branch: name,
        base,
        lock: id,
        author,
        message,
        since: since ?? null,
        locked: name === branch.name && lock?.id === id,
        broken: broken?.lock.id === id ? { by: broken.by, time: broken.time } : null,
        operations: operations.map(showOperation),
      },
      needsRebuild,
    }
  },
})
