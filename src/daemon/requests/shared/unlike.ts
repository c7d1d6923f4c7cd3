/** Paths that are not as the journal has them, as they are told. */
import { operationName, parseOperationKey } from '../../../base/index.ts'
import type { UnlikePath } from '../../../control/index.ts'
import type { Unlike } from '../../../verification/index.ts'

export function unlikePath({ path, key, differences }: Unlike): UnlikePath {
  if (key === undefined) return { path, operation: null, differences }
  const { id, index } = parseOperationKey(key)
  return { path, operation: operationName(id, index), differences }
}

export const unlikeText =
  '`path`, `operation` (null for work that is not checked in) and `differences` (`what`: `missing`, `present`, `kind`, ' +
  '`content`, `target`, `mode`, `owner`, `attributes` or `unreadable`; `recorded`, `found`)'
