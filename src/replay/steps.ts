/** What this host still has to do, and where an `up` stops before all of it is done. */
import type { Branch } from '../branch/index.ts'
import type { History, OperationRef } from '../host/index.ts'
import type { Journal, Operation } from '../journal/index.ts'

export interface Step {
  readonly ref: OperationRef
  readonly operation: Operation
  /** Of the changeset it is in. */
  readonly sequence: number
  /** All of that changeset. */
  readonly operations: readonly Operation[]
  /** Its place in the whole journal; the first is 1. */
  readonly number: number
}

/** How much a person wants done at most. */
export interface Limits {
  /** The place in the journal of the last operation to do. */
  readonly lastNumber: number
  /** How many operations to do. */
  readonly countMax: number
  /** Whether another operation may be begun now; always if absent. */
  readonly mayBegin?: (() => boolean) | undefined
}

/**
 * The operations after the first `done` ones, including those that arrive meanwhile. If a split is resolved meanwhile,
 * those of the chosen line.
 */
export async function* stepsAfter(branch: Branch, history: History, done: number): AsyncGenerator<Step> {
  let before: Before = { changesets: changesetsBefore(branch, history, done), operations: done }
  for (let journal: Journal | undefined; journal !== branch.journal; ) {
    journal = branch.journal
    try {
      for await (const step of stepsOf(journal, before)) {
        if (journal !== branch.journal) break
        yield step
        // What was done before the split is on every line.
        before = { changesets: step.sequence - 1, operations: step.number }
      }
    } catch (error) {
      // A line that is followed no more is closed.
      if (journal === branch.journal) throw error
    }
  }
}

/** What comes before the next step: whole changesets that need not be read, and operations. */
interface Before {
  readonly changesets: number
  readonly operations: number
}

function changesetsBefore({ journal }: Branch, { standing }: History, done: number): number {
  return standing.done && done > 0 ? (journal.sequenceOf(standing.done.id) ?? 1) - 1 : 0
}

async function* stepsOf(journal: Journal, { changesets, operations }: Before): AsyncGenerator<Step> {
  for await (const { id, changeset } of journal.changesetsAfter(changesets)) {
    for (const [index, operation] of changeset.operations.entries()) {
      const number = changeset.operationsBefore + index + 1
      const { sequence, operations: all } = changeset
      if (number > operations) yield { ref: { id, index }, operation, sequence, number, operations: all }
    }
  }
}

/** Why `up` ends before a step: it must not do it, or can't. */
export type Stop = 'split' | 'limit' | 'unknown'

/** What keeps `up` from a step after `count` operations; undefined if nothing does. */
export function stopBefore(
  step: Step,
  branch: Branch,
  count: number,
  { lastNumber, countMax, mayBegin }: Limits,
): Stop | undefined {
  if (step.number > lastNumber || count >= countMax || mayBegin?.() === false) return 'limit'
  if (step.sequence > branch.commonLength) return 'split'
  return step.operation.type === 'unknown' ? 'unknown' : undefined
}

export function isSameOperation(one: OperationRef | undefined, other: OperationRef): boolean {
  return one?.id === other.id && one.index === other.index
}
