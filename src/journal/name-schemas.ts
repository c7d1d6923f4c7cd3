/** Names, ids, times and counts as they arrive from disk or wire. */
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

/** Wall time for people, ISO 8601 in UTC. Its form allows any number of digits after the point, and three are written. */
export const timeSchema = z.iso.datetime().max(40)

/** A domain that has a change each second gets there in 34 years. */
const countMax = 2 ** 30

/** How many changesets or operations there are, or which one it is. */
export const countSchema = z.int().nonnegative().max(countMax)
