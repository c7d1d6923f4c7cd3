/** A branch that is split takes no change until somebody resolves the split. */
import { IsconfError } from '../base/index.ts'
import type { Branch } from './branch.ts'

/** Fails with SPLIT while the branch has more than one line. */
export function refuseSplit(branch: Branch): void {
  if (branch.isSplit) throw splitError(branch)
}

/** The failure that says so. */
export function splitError(branch: Branch): IsconfError {
  return new IsconfError(
    'SPLIT',
    `branch ${branch.name} is split: changes were checked in on both sides of a broken network`,
  )
}
