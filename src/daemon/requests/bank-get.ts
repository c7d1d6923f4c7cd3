import * as z from 'zod'
import type { BankGetBody, BlobAnswer } from '../../control/index.ts'
import { notInBank } from '../../origin/index.ts'
import { branchNamed } from './shared/branch-named.ts'
import { branchName } from './shared/input.ts'
import { streamBlob } from './shared/output.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

/** Gives a file by its name, whether it is here or has to be fetched. NOT_IN_BANK, NO_SUCH_BRANCH, BLOB_MISSING. */
export const bankGetRequest = request({
  name: 'bank-get',
  kind: 'stream',
  result: '`sizeBytes`, `sha256`; the file is its `output`',
  input: z.strictObject({ name: z.string(), branch: branchName }) satisfies z.ZodType<BankGetBody>,
  run: async (
    parts: Pick<Parts, 'branch' | 'branches' | 'banks' | 'blobs'>,
    { name, branch: nameOfBranch },
    context,
  ): Promise<BlobAnswer> => {
    const branch = branchNamed(parts, nameOfBranch)
    const file = (await parts.banks.filesOf(branch)).get(name)
    if (!file) throw notInBank(name, branch.name)
    return streamBlob(parts, file.blob, context)
  },
})
