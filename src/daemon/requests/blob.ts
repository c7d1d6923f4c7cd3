import * as z from 'zod'
import { IsconfError } from '../../base/index.ts'
import type { BlobAnswer, BlobBody } from '../../control/index.ts'
import { blobOf, findOperation } from '../../journal/index.ts'
import { branchNamed } from './shared/branch-named.ts'
import { branchName } from './shared/input.ts'
import { streamBlob } from './shared/output.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

/** NO_SUCH_OPERATION, NO_SUCH_BRANCH, NOT_A_FILE, BLOB_MISSING. */
export const blobRequest = request({
  name: 'blob',
  kind: 'stream',
  result: '`sizeBytes`, `sha256`; the file that the operation carries is its `output`',
  input: z.strictObject({ operation: z.string(), branch: branchName }) satisfies z.ZodType<BlobBody>,
  run: async (
    parts: Pick<Parts, 'branch' | 'branches' | 'blobs'>,
    { operation: name, branch },
    context,
  ): Promise<BlobAnswer> => {
    const { journal } = branchNamed(parts, branch)
    const { ref, sequence } = await findOperation(journal, name)
    const operation = (await journal.changesetAt(sequence)).changeset.operations[ref.index]
    const found = operation && blobOf(operation)
    if (!found) throw new IsconfError('NOT_A_FILE', `operation ${name} carries no file`)
    return streamBlob(parts, found, context)
  },
})
