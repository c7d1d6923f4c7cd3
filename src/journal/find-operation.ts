/** An operation by the name a person types: `<beginning of the changeset's id>:<index>`. */
import { type ChangesetId, IsconfError, idPrefixLength, nearest } from '../base/index.ts'
import type { SignedChangeset } from './changeset.ts'
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
  const sequence = sequenceNamed(journal, name, 'an operation')
  const [prefix, indexText] = name.split(':')
  const { id, changeset } = await journal.changesetAt(sequence)
  const count = changeset.operations.length
  const index = indexText === undefined ? count - 1 : Number(indexText)
  if (index >= count)
    throw noSuch(`there is no operation ${name}: the last one of that changeset is ${prefix}:${count - 1}`)
  return { ref: { id, index }, sequence }
}

/** The changeset whose id begins so. NO_SUCH_OPERATION when none does, or more than one. */
export async function findChangeset(journal: Journal, prefix: string): Promise<SignedChangeset> {
  return journal.changesetAt(sequenceNamed(journal, prefix, 'a changeset'))
}

function sequenceNamed(journal: Journal, name: string, what: 'an operation' | 'a changeset'): number {
  const [, prefix] = namePattern.exec(name) ?? []
  if (prefix === undefined) throw noSuch(`not the name of ${what}: ${JSON.stringify(name)}${meantText(journal, name)}`)
  const [sequence, other] = journal.sequencesStarting(prefix)
  if (sequence === undefined)
    throw noSuch(`no changeset of the branch begins with ${prefix}${meantText(journal, name)}`)
  if (other !== undefined) throw noSuch(`more than one changeset of the branch begins with ${prefix}`)
  return sequence
}

/** So many of the newest are compared with what was typed, which takes some microseconds each. */
const comparedMax = 10_000

/** What was meant by an id with a slip in it; by a word that is no id the newest changeset may have been. */
function meantText(journal: Journal, name: string): string {
  if (journal.length === 0) return ': the journal is empty'
  const [typed = '', index] = name.split(':')
  if (/^[0-9a-f]{1,3}$/.test(typed)) return ': it takes at least 4 digits of the id'
  const isLikeAnId = /^[0-9a-z]{4,64}$/i.test(typed) && /\d/.test(typed)
  if (!isLikeAnId) return ` (the newest changeset is ${shortId(journal, journal.length)})`
  const sequences = Array.from({ length: Math.min(journal.length, comparedMax) }, (_, back) => journal.length - back)
  const length = Math.max(typed.length, idPrefixLength)
  const byBeginning = new Map(sequences.map((at) => [journal.idAt(at).slice(0, typed.length), at]))
  const near = nearest(typed, byBeginning.keys())
  if (near === undefined) return ''
  const id = journal.idAt(byBeginning.get(near) ?? 0).slice(0, length)
  return ` (did you mean ${id}${/^\d{1,9}$/.test(index ?? '') ? `:${index}` : ''}?)`
}

function shortId(journal: Journal, sequence: number): string {
  return journal.idAt(sequence).slice(0, idPrefixLength)
}

function noSuch(message: string): IsconfError {
  return new IsconfError('NO_SUCH_OPERATION', message)
}
