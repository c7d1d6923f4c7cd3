import * as z from 'zod'
import type { UndoAnswer, UndoBody } from '../../control/index.ts'
import { undo } from '../../origin/index.ts'
import { logged } from '../logging/logged-work.ts'
import { user } from './shared/input.ts'
import { performListener, type RevertParts, revertDeps } from './shared/performing.ts'
import { request } from './shared/request.ts'

export const wipUndoRequest = request({
  name: 'wip-undo',
  kind: 'change',
  result:
    '`undone`: `text` and `effect` of each operation, the newest first (`none`; `restored`: what was there before is ' +
    'there again; `stays`: what is there is on no other host; `gone`: what is gone is gone here alone); `stoppedAt` ' +
    '(the command at which it stopped, or null), `left`',
  input: z.strictObject({
    user,
    count: z.int().positive().optional().describe('how many operations; 1 when absent'),
    restore: z.boolean().optional().describe('put back what the journal has at their paths'),
  }) satisfies z.ZodType<UndoBody>,
  run: (parts: RevertParts, { user, count = 1, restore = false }, { tell, signal }): Promise<UndoAnswer> =>
    logged(parts.log, 'wip undo', () =>
      undo(revertDeps(parts, tell), { user, count, restore }, performListener(tell), signal),
    ),
})
