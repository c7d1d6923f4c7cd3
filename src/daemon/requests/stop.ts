import * as z from 'zod'
import type { StopAnswer, StopBody } from '../../control/index.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const stopRequest = request({
  name: 'stop',
  kind: 'daemon',
  result: '`pid`, `after` (what the daemon finishes before it ends, or null)',
  input: z.strictObject({
    whenIdle: z.boolean().optional().describe('what is under way comes to its end before'),
  }) satisfies z.ZodType<StopBody>,
  run: ({ process }: Pick<Parts, 'process'>, { whenIdle }): StopAnswer => ({
    pid: process.pid,
    after: process.stop(whenIdle === true),
  }),
})
