/**
 * `skip`: this host goes on after an operation that it can't do. `done`: what was skipped has been done by hand, or
 * what only this host had was undone. Both are recorded, and between them the host says that it differs from its
 * journal.
 */
import { type Clock, IsconfError, isoTime, operationName, parseOperationKey, toIsconfError } from '../base/index.ts'
import { type Branch, operationsDone, refuseSplit } from '../branch/index.ts'
import {
  type Deviation,
  type Deviations,
  type History,
  type OperationRef,
  type RebuildMark,
  toKey,
} from '../host/index.ts'
import { describeInBrief, describeOperation, findOperation, type Journal } from '../journal/index.ts'
import { isSameOperation, type Step, stepsAfter } from './steps.ts'

export interface SkipDeps {
  readonly branch: Branch
  readonly history: History
  readonly deviations: Deviations
  readonly clock: Clock
}

/** Who decides, and why. */
export interface Decision {
  /** `user@host` */
  readonly by: string
  readonly why: string
}

/** Goes past the operation that `up` would do next. NO_SUCH_OPERATION, NOT_NEXT, SPLIT, OFF_BRANCH. */
export async function skip(deps: SkipDeps, name: string, { by, why }: Decision): Promise<Deviation> {
  const { branch, history, deviations, clock } = deps
  const { ref } = await findOperation(branch.journal, name)
  const next = await nextStep(deps)
  if (!next || !isSameOperation(ref, next.ref)) throw notNext(branch.journal, name, ref, next)
  if (next.sequence > branch.commonLength) await refuseSplit(branch)
  const skipped: Deviation = {
    kind: 'skipped',
    operation: toKey(ref),
    text: describeOperation(next.operation),
    ...{ by, why, time: isoTime(clock) },
  }
  // The mark first: a crash must not leave a host that has passed an operation and does not say so.
  await deviations.add(skipped)
  try {
    await history.add([{ event: 'skipped', operation: ref, by, why }])
  } catch (error) {
    // It is not passed; where the disk does not tell, the next start finds out.
    if (toIsconfError(error).code !== 'DISK_UNCERTAIN') await deviations.remove(ref).catch(() => undefined)
    throw error
  }
  return skipped
}

/** Removes the mark of an operation: what had to be done for it was done by hand. NOT_SKIPPED. */
export async function mend(
  { history, deviations, rebuild }: Pick<SkipDeps, 'history' | 'deviations'> & { readonly rebuild: RebuildMark },
  name: string,
  { by, why }: Decision,
): Promise<Deviation> {
  const deviation = deviations.named(name)
  const operation = parseOperationKey(deviation.operation)
  await history.add([{ event: 'mended', operation, by, why }])
  await deviations.remove(operation)
  const needsRebuild = deviations.all.some(({ kind }) => kind === 'dropped')
  if (deviation.kind === 'dropped' && !needsRebuild) await rebuild.clear()
  return deviation
}

/**
 * After a crash: drops the mark of an operation that was not skipped in the end, because the host has not passed it.
 */
export async function dropUnskipped(deps: SkipDeps): Promise<void> {
  const last = deps.deviations.all.at(-1)
  const next = last && (await nextStep(deps).catch(() => undefined))
  if (last && next && toKey(next.ref) === last.operation) await deps.deviations.remove(next.ref)
}

async function nextStep({ branch, history }: Pick<SkipDeps, 'branch' | 'history'>): Promise<Step | undefined> {
  const done = await operationsDone(branch, history.standing.done)
  for await (const step of stepsAfter(branch, history, done)) return step
  return undefined
}

function notNext(journal: Journal, name: string, ref: OperationRef, next: Step | undefined): IsconfError {
  if (!next) return new IsconfError('NOT_NEXT', `${name} is done here: this host has nothing left to do`)
  const { id, index } = next.ref
  const nextName = operationName(id, index)
  const message = `${name} is not what this host would do next: that is ${nextName} (${describeInBrief(next.operation)})`
  const [sequence = 0, nextSequence = 0] = [journal.sequenceOf(ref.id), journal.sequenceOf(id)]
  const isLater = sequence > nextSequence || (sequence === nextSequence && ref.index > index)
  if (!isLater || ref.index === 0) return new IsconfError('NOT_NEXT', message)
  const before = operationName(ref.id, ref.index - 1)
  const hint = `only what \`isconf up\` would do next can be skipped; this does what comes before it: isconf up --to ${before}`
  return new IsconfError('NOT_NEXT', message, { hint })
}
