/** What the functions of src/origin need to change what a branch publishes. */
import type { BankFiles } from '../../../branch/index.ts'
import type { BranchingDeps } from '../../../origin/index.ts'
import type { Parts } from './parts.ts'

export async function bankDeps({
  origin,
  banks,
  branch,
}: Pick<Parts, 'origin' | 'banks' | 'branch'>): Promise<BranchingDeps & { readonly published: BankFiles }> {
  return { ...origin(), published: await banks.filesOf(branch) }
}
