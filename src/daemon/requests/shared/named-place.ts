/** A place of a journal by the name that a person gives it. */
import { noChangeset, operationName, toIsconfError } from '../../../base/index.ts'
import { findOperation, type Journal, type SnapOperation } from '../../../journal/index.ts'
import type { Place } from '../../../verification/index.ts'
import type { Parts } from './parts.ts'

export interface NamedPlace extends Place {
  /** In words. */
  readonly label: string
  /** What the changeset or the operation itself says of paths; undefined for a branch. */
  readonly about?: readonly SnapOperation[]
}

/** A branch's end, or right after a changeset or an operation, on whatever branch; `previous` of the first is one. NO_SUCH_OPERATION. */
export async function placeNamed(parts: Pick<Parts, 'branch' | 'branches'>, name: string): Promise<NamedPlace> {
  const named = parts.branches.all().find((branch) => branch.name === name)
  if (named) return { journal: named.journal, operations: named.journal.operationCount, label: `branch ${name}` }
  if (name === noChangeset) return { journal: parts.branch.journal, operations: 0, label: 'an empty journal' }
  const { journal, ref, sequence } = await operationNamed(parts, name)
  const { operationsBefore, operations } = (await journal.changesetAt(sequence)).changeset
  const said = name.includes(':') ? operations.slice(ref.index, ref.index + 1) : operations
  const about = said.filter((one): one is SnapOperation => one.type === 'snap')
  return { journal, operations: operationsBefore + ref.index + 1, label: operationName(ref.id, ref.index), about }
}

/** An operation on whatever branch, this host's own first. NO_SUCH_OPERATION. */
export async function operationNamed(
  { branch: own, branches }: Pick<Parts, 'branch' | 'branches'>,
  name: string,
): Promise<Awaited<ReturnType<typeof findOperation>> & { readonly journal: Journal }> {
  let failure: unknown
  for (const { journal } of [own, ...branches.all().filter((branch) => branch !== own)]) {
    try {
      return { journal, ...(await findOperation(journal, name)) }
    } catch (thrown) {
      if (toIsconfError(thrown).code !== 'NO_SUCH_OPERATION') throw thrown
      failure ??= thrown
    }
  }
  throw failure
}
