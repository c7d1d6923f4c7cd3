import { operationsDone } from '../../branch/index.ts'
import type { DecisionBody, VoidAnswer } from '../../control/index.ts'
import { voidOperation } from '../../origin/index.ts'
import { decision, decisionBy } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { positionOn } from './shared/position.ts'
import { request } from './shared/request.ts'

export const voidRequest = request({
  name: 'void',
  kind: 'change',
  result:
    '`operation`, `text`, and the hosts of the branch that have told where they stand: those that are past the ' +
    'operation (`past`), and those that are not (`before`)',
  input: decision,
  run: async (parts: VoidParts, { user, operation, message }: DecisionBody): Promise<VoidAnswer> => {
    const { why } = decisionBy(parts, { user, message })
    await parts.replicator.catchUp()
    const { branch, history, identity, replicator } = parts
    const { name, text, number } = await voidOperation(parts.origin(), user, operation, why)
    const own = { host: identity.host, position: await operationsDone(branch, history.standing.done) }
    const others = replicator.inventory
      .all()
      .flatMap(({ name: host, at }) => (at?.branch === branch.name ? [{ host, done: at.done ?? undefined }] : []))
      .map(async ({ host, done }) => ({ host, position: await positionOn(branch, done) }))
    const hosts = [own, ...(await Promise.all(others))]
    const isPast = (position: number | null): boolean => position === null || position >= number
    return {
      operation: name,
      text,
      past: hosts.filter(({ position }) => isPast(position)).map(({ host }) => host),
      before: hosts.filter(({ position }) => !isPast(position)).map(({ host }) => host),
    }
  },
})

type VoidParts = Pick<Parts, 'origin' | 'branch' | 'history' | 'identity' | 'replicator'>
