import type { RebootAnswer } from '../../control/index.ts'
import { reboot } from '../../origin/index.ts'
import { logged } from '../logging/logged-work.ts'
import { callerOnly } from './shared/input.ts'
import { outputTo } from './shared/output.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const rebootRequest = request({
  name: 'reboot',
  kind: 'change',
  result: '`operations` not checked in, the reboot among them',
  input: callerOnly,
  run: async (
    { origin, log, work }: Pick<Parts, 'origin' | 'log' | 'work'>,
    { user },
    { tell, signal },
  ): Promise<RebootAnswer> => {
    await logged(log, 'reboot', () => reboot(origin(), user, outputTo(tell), signal))
    return { operations: work.operations.length }
  },
})
