import type { DropAnswer } from '../../control/index.ts'
import { dropWork } from '../../origin/index.ts'
import { callerOnly } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const wipDropRequest = request({
  name: 'wip-drop',
  kind: 'change',
  result: '`operations`: how many were dropped',
  input: callerOnly,
  run: async ({ origin, replicator }: Pick<Parts, 'origin' | 'replicator'>, { user }): Promise<DropAnswer> => {
    // Whether the lock is lost is for the others to tell, too.
    await replicator.catchUp()
    const operations = await dropWork(origin(), user)
    void replicator.exchangeAll()
    return { operations }
  },
})
