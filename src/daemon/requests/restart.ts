import type { RestartAnswer } from '../../control/index.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const restartRequest = request({
  name: 'restart',
  kind: 'daemon',
  result:
    '`pid`, `restarts`: whether the daemon ends now and its service manager starts it again; otherwise nothing has ' +
    'happened',
  run: async ({ process }: Pick<Parts, 'process'>): Promise<RestartAnswer> => ({
    pid: process.pid,
    restarts: await process.restart(),
  }),
})
