import * as z from 'zod'
import type { BankAddAnswer, BankAddBody } from '../../control/index.ts'
import { addToBank } from '../../origin/index.ts'
import { logged } from '../logging/logged-work.ts'
import { bankDeps } from './shared/bank-deps.ts'
import { cwd, paths, user } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { readProgressTo } from './shared/progress.ts'
import { request } from './shared/request.ts'

export const bankAddRequest = request({
  name: 'bank-add',
  kind: 'change',
  result: '`files`: `name`, `sizeBytes`, `sha256`, `added` (false: published already with this content)',
  input: z.strictObject({ user, cwd, paths }) satisfies z.ZodType<BankAddBody>,
  run: async (
    parts: Pick<Parts, 'origin' | 'banks' | 'branch' | 'log'>,
    body,
    { tell, signal },
  ): Promise<BankAddAnswer> => {
    const added = await logged(parts.log, `bank add ${body.paths.join(' ')}`, async () =>
      addToBank(await bankDeps(parts), body, readProgressTo(tell), signal),
    )
    return {
      files: added.map(({ name, blob, added }) => ({ name, sizeBytes: blob.sizeBytes, sha256: blob.id, added })),
    }
  },
})
