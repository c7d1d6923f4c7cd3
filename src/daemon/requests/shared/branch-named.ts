/** The branch that a request names. */
import { parseBranchName } from '../../../base/index.ts'
import type { Branch } from '../../../branch/index.ts'
import type { Parts } from './parts.ts'

/** A branch that is known here by its name; this host's when there is none. USAGE, NO_SUCH_BRANCH. */
export function branchNamed(parts: Pick<Parts, 'branch' | 'branches'>, name: string | undefined): Branch {
  if (name === undefined) return parts.branch
  return parts.branches.named(parseBranchName(name))
}
