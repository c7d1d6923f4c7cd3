import type { RestartAnswer } from '../../control/index.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const restartRequest = request({
  name: 'restart',
  kind: 'daemon',
  result:
    '`pid`, `restarts`: whether the daemon ends and is started again; otherwise nothing has happened; `after`: what ' +
    'it finishes before, or null',
  run: async ({ process }: Pick<Parts, 'process'>): Promise<RestartAnswer> => ({
    pid: process.pid,
    ...(await process.restart()),
  }),
})
