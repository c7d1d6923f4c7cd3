import * as z from 'zod'
import type { ExecBody } from '../../control/index.ts'
import { describeOperation } from '../../journal/index.ts'
import { exec } from '../../origin/index.ts'
import { logged } from '../logging/logged-work.ts'
import { cwd, user } from './shared/input.ts'
import { commandTo } from './shared/output.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const execRequest = request({
  name: 'exec',
  kind: 'change',
  result: 'null; what the command writes is its `output`',
  input: z.strictObject({
    user,
    cwd,
    argv: z.array(z.string()).min(1),
    env: z
      .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())
      .optional()
      .describe('variables to record'),
  }) satisfies z.ZodType<ExecBody>,
  run: async ({ origin, log }: Pick<Parts, 'origin' | 'log'>, body, { tell, signal }): Promise<null> => {
    const { argv, cwd, env = {} } = body
    const text = describeOperation({ type: 'exec', argv, cwd, env })
    await logged(log, text, () => exec(origin(), body, commandTo(tell), signal))
    return null
  },
})
