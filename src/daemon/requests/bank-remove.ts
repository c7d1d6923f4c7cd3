import * as z from 'zod'
import type { BankRemoveBody } from '../../control/index.ts'
import { removeFromBank } from '../../origin/index.ts'
import { logged } from '../logging/logged-work.ts'
import { bankDeps } from './shared/bank-deps.ts'
import { user } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const bankRemoveRequest = request({
  name: 'bank-remove',
  kind: 'change',
  result: 'null',
  input: z.strictObject({ user, names: z.array(z.string()).min(1) }) satisfies z.ZodType<BankRemoveBody>,
  run: async (parts: Pick<Parts, 'origin' | 'banks' | 'branch' | 'log'>, { user, names }): Promise<null> => {
    await logged(parts.log, `bank remove ${names.join(' ')}`, async () =>
      removeFromBank(await bankDeps(parts), user, names),
    )
    return null
  },
})
