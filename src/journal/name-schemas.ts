/** Names and ids as they arrive from disk or wire. */
import * as z from 'zod'
import { type BranchName, type ChangesetId, type DomainName, isName, isSha256Hex } from '../base/index.ts'

export const changesetIdSchema = z.custom<ChangesetId>(
  (value) => typeof value === 'string' && isSha256Hex(value),
  'must be an id',
)
export const branchNameSchema = z.custom<BranchName>(
  (value) => typeof value === 'string' && isName(value),
  'must be a name',
)
export const domainNameSchema = z.custom<DomainName>(
  (value) => typeof value === 'string' && isName(value),
  'must be a name',
)
