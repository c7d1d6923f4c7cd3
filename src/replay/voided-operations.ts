/** Void operations: `up` passes those that it has not done, and a host says which ones it had done before. */
import { parseOperationKey } from '../base/index.ts'
import { type Branch, operationAt, type Voided, type Voids, voidsIn } from '../branch/index.ts'
import { noteVoid, type OperationRef, toKey } from '../host/index.ts'
import { describeOperation, type Journal, type VoidOperation } from '../journal/index.ts'
import type { Step, Stop } from './steps.ts'
import type { UpDeps } from './up-types.ts'

export class VoidedOperations {
  readonly #branch: Branch
  /** What was read, and of which journal up to where. */
  #journal: Journal | undefined
  #readUpTo = 0
  #voids: Voids = new Map()

  constructor(branch: Branch) {
    this.#branch = branch
  }

  /** What makes the next step of `up` void; undefined if it is not void, or must not be passed for another reason. */
  async passes({ ref }: Pick<Step, 'ref'>, stop: Stop | undefined): Promise<Voided | undefined> {
    return stop === 'split' || stop === 'limit' ? undefined : this.of(ref)
  }

  /** What makes an operation void, by everything that is here now, up to a split; undefined if it is not void. */
  async of(ref: OperationRef): Promise<Voided | undefined> {
    const { journal, commonLength } = this.#branch
    const until = Math.min(journal.length, commonLength)
    if (journal !== this.#journal || until !== this.#readUpTo) {
      this.#voids = await voidsIn(journal, 0, until)
      this.#journal = journal
      this.#readUpTo = until
    }
    return this.#voids.get(toKey(ref))
  }
}

interface NoteDeps extends Pick<UpDeps, 'branch' | 'history' | 'deviations'> {
  readonly installedEarly: Pick<UpDeps['installedEarly'], 'id'>
}

/** Before a void is done here: notes whether this host had done the voided operation. */
export async function noteVoidDone(deps: NoteDeps, ref: OperationRef, voided: VoidOperation): Promise<void> {
  const { branch, history, deviations, installedEarly } = deps
  const { journal } = branch
  const { changeset } = await journal.changesetAt(journal.sequenceOf(ref.id) ?? 0)
  const operation = await operationAt(journal, voided.operation)
  const { id, index } = parseOperationKey(voided.operation)
  const early = installedEarly.id && journal.sequenceOf(installedEarly.id)
  const isLatest = operation?.type === 'snap' && operation.kind === 'file' && operation.latest === true
  await noteVoid(history, deviations, {
    operation: { id, index },
    text: operation ? describeOperation(operation) : '',
    ...{ by: changeset.author, why: voided.why, time: changeset.time },
    // A later version may have been installed before its turn.
    mayBeHere: isLatest && early !== undefined && early >= (journal.sequenceOf(id) ?? 0),
  })
}
