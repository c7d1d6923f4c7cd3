/**
 * What a journal says about its own operations rather than about the machine: which of them are void, and whether hosts
 * are to do any now. A host looks at all that it has of it before it does anything: a void comes in a later changeset
 * than what it is about, and a hold has to stop also what was checked in before it.
 */
import { type ChangesetId, parseOperationKey } from '../base/index.ts'
import type { Journal, Operation } from '../journal/index.ts'
import type { Branch } from './branch.ts'

/** By what an operation is void. */
export interface Voided {
  /** The operation that says so, and of which changeset it is. */
  readonly by: { readonly id: ChangesetId; readonly index: number }
  readonly sequence: number
  /** `user@host` */
  readonly author: string
  readonly why: string
  readonly time: string
}

/** The operations that are void, by their whole names, as the changesets up to number `until` say. */
export type Voids = ReadonlyMap<string, Voided>

/** Reads the voids in the changesets after number `after`, which are few. */
export async function voidsIn(journal: Journal, after = 0, until = journal.length): Promise<Voids> {
  const voids = new Map<string, Voided>()
  for (const sequence of journal.directives) {
    if (sequence <= after || sequence > until) continue
    const { id, changeset } = await journal.changesetAt(sequence)
    const { author, time } = changeset
    for (const [index, operation] of changeset.operations.entries()) {
      if (operation.type !== 'void' || voids.has(operation.operation)) continue
      voids.set(operation.operation, { by: { id, index }, sequence, author, why: operation.why, time })
    }
  }
  return voids
}

/** By whom a branch is held, why, and since when. */
export interface BranchHold {
  /** Of which changeset it is; the first is 1. */
  readonly sequence: number
  /** `user@host` */
  readonly by: string
  readonly why: string
  readonly since: string
}

/**
 * The hold of a branch that is in force, as of everything that is here up to a split, behind which nobody goes anyway;
 * undefined when there is none.
 */
export async function holdOf({ journal, commonLength }: Branch): Promise<BranchHold | undefined> {
  for (const sequence of journal.directives.toReversed()) {
    if (sequence > commonLength) continue
    const { author, time, operations } = (await journal.changesetAt(sequence)).changeset
    const last = operations.findLast(({ type }) => type === 'hold' || type === 'release')
    if (last?.type === 'hold') return { sequence, by: author, why: last.why, since: time }
    if (last) return undefined
  }
  return undefined
}

/** The operation that a whole name names; undefined when the journal has none. */
export async function operationAt(journal: Journal, name: string): Promise<Operation | undefined> {
  const { id, index } = parseOperationKey(name)
  const sequence = journal.sequenceOf(id)
  return sequence ? (await journal.changesetAt(sequence)).changeset.operations[index] : undefined
}
