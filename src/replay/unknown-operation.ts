/** An operation of a newer release: `up` does what comes before it, and says which release it takes. */
import { IsconfError, operationName } from '../base/index.ts'
import type { Branch } from '../branch/index.ts'
import type { History, StoppedOperation } from '../host/index.ts'
import { describeInBrief, type Journal } from '../journal/index.ts'
import { type Step, stepsAfter } from './steps.ts'

/** OPERATION_UNKNOWN, which names the operation and the release that recorded it. */
export async function unknownOperation(
  journal: Journal,
  step: Pick<Step, 'ref' | 'operation' | 'sequence'>,
): Promise<IsconfError> {
  const { id, index } = step.ref
  const what = `${operationName(id, index)} (${describeInBrief(step.operation)})`
  return new IsconfError('OPERATION_UNKNOWN', `operation ${what} ${await needOf(journal, step)}`)
}

/** The next operation and what it needs, if this release does not know it. */
export async function nextUnknown(
  branch: Branch,
  history: History,
  done: number,
): Promise<Omit<StoppedOperation, 'since'> | undefined> {
  for await (const step of stepsAfter(branch, history, done)) {
    if (step.operation.type !== 'unknown') return undefined
    return { operation: step.ref, reason: `it ${await needOf(branch.journal, step)}` }
  }
  return undefined
}

async function needOf(journal: Journal, step: Pick<Step, 'sequence'>): Promise<string> {
  const { release } = (await journal.changesetAt(step.sequence)).changeset
  return release === undefined
    ? 'needs a later release of isconf'
    : `needs isconf ${release} or later, which recorded it`
}
