import * as z from 'zod'
import { IsconfError } from '../../base/index.ts'
import type { LeaveAnswer, LeaveBody } from '../../control/index.ts'
import { user } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const leaveRequest = request({
  name: 'leave',
  kind: 'daemon',
  result:
    '`domain`, `directory`, `operations` (how many were done here that no other host gets), `texts` (the first of them)',
  details: 'Done by a daemon that waits because of another domain; one that takes part in a domain refuses it.',
  input: z.strictObject({ user, domain: z.string() }) satisfies z.ZodType<LeaveBody>,
  run: ({ identity }: Pick<Parts, 'identity'>, { domain }): LeaveAnswer => {
    const running = `the daemon takes part in the domain ${identity.domain}`
    throw new IsconfError('ALREADY_RUNNING', `can't leave ${domain} meanwhile: ${running}`)
  },
})
