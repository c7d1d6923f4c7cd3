/** An operation by the name a person types: `<beginning of the changeset's id>:<index>`. */
import { type ChangesetId, IsconfError } from '../base/index.ts'
import type { Journal } from './journal.ts'

/** Hexadecimal digits of the id, 4 at least so that a slip is not taken for a name, and perhaps an index. */
const namePattern = /^([0-9a-f]{4,64})(?::(\d{1,9}))?$/

interface FoundOperation {
  readonly ref: { readonly id: ChangesetId; readonly index: number }
  /** Of the changeset it is in. */
  readonly sequence: number
}

/**
 * The operation that `name` means; the beginning of an id alone means the
 * changeset's last one. NO_SUCH_OPERATION when it names none, or more than one.
 */
export async function findOperation(journal: Journal, name: string): Promise<FoundOperation> {
  const [, prefix, indexText] = namePattern.exec(name) ?? []
  if (prefix === undefined) throw noSuch(`not the name of an operation: ${JSON.stringify(name)}`)
  const [sequence, other] = journal.sequencesStarting(prefix)
  if (sequence === undefined) throw noSuch(`no changeset of the branch begins with ${prefix}`)
  if (other !== undefined) throw noSuch(`more than one changeset of the branch begins with ${prefix}`)
  const { id, changeset } = await journal.changesetAt(sequence)
  const count = changeset.operations.length
  const index = indexText === undefined ? count - 1 : Number(indexText)
  if (index >= count)
    throw noSuch(`there is no operation ${name}: the last one of that changeset is ${prefix}:${count - 1}`)
  return { ref: { id, index }, sequence }
}

function noSuch(message: string): IsconfError {
  return new IsconfError('NO_SUCH_OPERATION', message)
}
