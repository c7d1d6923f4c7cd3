/**
 * Files recorded with `--latest`: at each of their operations a host that catches up installs the newest version that
 * it may reach, so that no older one is ever needed; see docs/design/latest-files.md.
 */
import type { ChangesetId } from '../base/index.ts'
import type { Branch } from '../branch/index.ts'
import type { OperationRef } from '../host/index.ts'
import type { FileOperation, Operation } from '../journal/index.ts'
import type { VoidedOperations } from './voided-operations.ts'

/** How many paths are remembered; beyond that, the versions are installed one after the other. */
const pathsMax = 100_000

/** An operation to do, and the changeset it is in. */
export interface PlacedOperation {
  readonly ref: OperationRef
  readonly operation: Operation
  readonly sequence: number
}

interface Newest {
  readonly id: ChangesetId
  readonly index: number
  readonly sequence: number
}

export class LatestFiles {
  readonly #branch: Branch
  readonly #lastNumber: number
  readonly #voided: Pick<VoidedOperations, 'of'>
  readonly #newestByPath = new Map<string, Newest>()
  /** Up to which changeset the journal was looked at. */
  #lookedUpTo = 0

  /** `lastNumber` is the place in the journal of the last operation that may be installed. */
  constructor(branch: Branch, lastNumber: number, voided: Pick<VoidedOperations, 'of'>) {
    this.#voided = voided
    this.#branch = branch
    this.#lastNumber = lastNumber
  }

  /** What to do instead of an operation: the newest version of its file, or the operation itself. */
  async newestOf(placed: PlacedOperation): Promise<{ readonly ref: OperationRef; readonly operation: Operation }> {
    const { operation, sequence } = placed
    if (!isLatest(operation)) return placed
    const { journal, commonLength } = this.#branch
    // Nothing from beyond a split, also one that was noticed since.
    const until = Math.min(journal.length, commonLength)
    if (sequence > this.#lookedUpTo || this.#lookedUpTo > until) await this.#lookAhead(sequence, until)
    const newest = this.#newestByPath.get(operation.path)
    if (!newest || newest.sequence < sequence || newest.sequence > journal.length) return placed
    const { id, changeset } = await journal.changesetAt(newest.sequence)
    const found = changeset.operations[newest.index]
    if (id !== newest.id || !found) return placed
    const isItself = id === placed.ref.id && newest.index <= placed.ref.index
    return isItself ? placed : { ref: { id, index: newest.index }, operation: found }
  }

  async #lookAhead(from: number, until: number): Promise<void> {
    this.#newestByPath.clear()
    for await (const { id, changeset } of this.#branch.journal.changesetsAfter(from - 1)) {
      const { sequence, operations, operationsBefore } = changeset
      // Nor from beyond what this release does not know.
      if (sequence > until || operations.some(({ type }) => type === 'unknown')) break
      for (const [index, operation] of operations.entries()) {
        const isAllowed = operationsBefore + index < this.#lastNumber
        if (isAllowed && isLatest(operation) && !(await this.#voided.of({ id, index })))
          this.#note(operation.path, { id, index, sequence })
      }
    }
    this.#lookedUpTo = Math.max(until, from)
  }

  #note(path: string, newest: Newest): void {
    if (this.#newestByPath.has(path) || this.#newestByPath.size < pathsMax) this.#newestByPath.set(path, newest)
  }
}

function isLatest(operation: Operation): operation is FileOperation {
  return operation.type === 'snap' && operation.kind === 'file' && operation.latest === true
}
