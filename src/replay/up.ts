/**
 * `up`: does every operation of the journal that this host has not done, in order, and stops at the first that fails.
 * The next `up` begins there.
 */
import { IsconfError, invariant, operationName } from '../base/index.ts'
import { type Branch, operationsDone, refuseSplit, type Voided } from '../branch/index.ts'
import { describeOperation } from '../journal/index.ts'
import { isInstall } from './apply.ts'
import { failedAt, InstallBatch, type InstallStep } from './install-batch.ts'
import { InterruptedOperations } from './interrupted.ts'
import { LatestFiles } from './latest.ts'
import { LookBefore, type Obstacle } from './look-before.ts'
import { Recorder } from './recorder.ts'
import { doAlone, refuseLeft } from './single-operation.ts'
import { type Step, type Stop, stepsAfter, stopBefore } from './steps.ts'
import { unknownOperation } from './unknown-operation.ts'
import { accountOf, type UpStep } from './up-account.ts'
import type { UpDeps, UpListener, UpOptions, UpResult } from './up-types.ts'
import { VoidedOperations } from './voided-operations.ts'

/**
 * Does what is to be done. HELD, OPERATION_FAILED, OPERATION_UNKNOWN, REBOOT_NEEDED, BLOB_MISSING, SPLIT, OFF_BRANCH,
 * INTERRUPTED.
 */
export async function up(
  deps: UpDeps,
  options: UpOptions,
  listener: UpListener,
  signal: AbortSignal,
): Promise<UpResult> {
  const { branch, history, holds } = deps
  const before = await operationsDone(branch, history.standing.done)
  const recorder = new Recorder(history)
  const voided = new VoidedOperations(branch)
  const latest = new LatestFiles(branch, options.lastNumber, voided)
  const account = accountOf(deps, listener)
  const interrupted = new InterruptedOperations(history.standing.stopped)
  const look = new LookBefore(deps, options, voided, latest, (text) => listener.remark(text))
  const refuseOffLine = (step: UpStep): Promise<void> => refuseIfOffLine(branch, step)
  const batch = new InstallBatch<InstallUpStep>({ ...deps, refuseOffLine }, recorder, account)
  let done = 0
  let passedOver = 0
  let stop: Stop | undefined
  let next: Step | undefined
  try {
    for await (const inJournal of stepsAfter(branch, history, before)) {
      await holds.refuse()
      stop = stopBefore(inJournal, branch, done, options)
      next = inJournal
      const mayBeHere = interrupted.mayBeHere(inJournal)
      const by = await voided.passes(inJournal, stop)
      if (by) {
        await batch.run(signal)
        await passOver(deps, recorder, inJournal, by, mayBeHere)
        account.voided(inJournal, by, mayBeHere)
        passedOver += 1
        continue
      }
      if (stop) break
      signal.throwIfAborted()
      await refuseObstacle(await look.obstacle(inJournal, done), recorder, () => batch.run(signal))
      const step = await stepOf(deps, latest, inJournal)
      const { ref, operation } = step
      invariant(operation.type !== 'unknown', 'up stops before an operation that it does not know')
      if (isInstall(operation)) {
        if (!batch.takes(operation)) await batch.run(signal)
        batch.add({ ...step, operation })
      } else {
        await batch.run(signal)
        // What was done before it took its time.
        await refuseIfOffLine(branch, step)
        await refuseLeft(deps, recorder, { ref, operation })
        account.begun(step)
        if (await doAlone(deps, recorder, { ref, operation }, options, account, signal))
          return { done, passedOver, rebooting: ref }
        account.finished(step)
      }
      done += 1
    }
    await batch.run(signal)
  } finally {
    await recorder.flush()
  }
  await refuseRest(branch, stop, next)
  return { done, passedOver, rebooting: undefined }
}

/**
 * This host passes an operation because of a changeset that it has not reached: it stays with the journal that has it.
 */
async function passOver(
  { branch, installedEarly }: UpDeps,
  recorder: Recorder,
  { ref }: Step,
  { by }: Voided,
  mayBeHere: boolean,
): Promise<void> {
  await installedEarly.note(by.id, branch.journal)
  recorder.passedOver(ref, by, mayBeHere)
}

/** OPERATION_FAILED for what would fail, before anything in the directory that it is done with is touched. */
async function refuseObstacle(
  obstacle: Obstacle | undefined,
  recorder: Recorder,
  doWhatCameBefore: () => Promise<void>,
): Promise<void> {
  if (!obstacle) return
  await doWhatCameBefore()
  const { step, first, reason } = obstacle
  const { ref, operation, number } = step
  const isAlone = first.number === number
  const where = `; nothing of its directory was begun, from ${operationName(first.ref.id, first.ref.index)} on`
  const text = `${reason}${isAlone ? '' : where}`
  await recorder.failed(ref, text)
  throw failedAt(ref, operation, text, isAlone ? {} : { before: { id: ref.id, index: ref.index - 1 } })
}

/** Says why no more was done, unless no more was wanted. */
async function refuseRest(branch: Branch, stop: Stop | undefined, next: Step | undefined): Promise<void> {
  if (stop === 'unknown' && next) throw await unknownOperation(branch.journal, next)
  if (stop !== 'limit') await refuseSplit(branch)
}

type InstallUpStep = UpStep & InstallStep

async function stepOf(deps: UpDeps, latest: LatestFiles, step: Step): Promise<UpStep> {
  const newest = await latest.newestOf(step)
  const isNewer = newest.operation !== step.operation
  if (isNewer) await deps.installedEarly.note(newest.ref.id, deps.branch.journal)
  return {
    ...{ ref: step.ref, operation: newest.operation, number: step.number, sequence: step.sequence },
    text: describeOperation(step.operation),
    newerBy: isNewer ? operationName(newest.ref.id, newest.ref.index) : undefined,
  }
}

/**
 * For a step of a batch, before it is done: SPLIT if a split was noticed meanwhile and the step comes after it,
 * INTERRUPTED if the branch has gone over to a line without it.
 */
async function refuseIfOffLine(branch: Branch, { sequence, ref }: UpStep): Promise<void> {
  if (sequence <= branch.commonLength && branch.journal.sequenceOf(ref.id) === sequence) return
  await refuseSplit(branch)
  throw new IsconfError('INTERRUPTED', `branch ${branch.name} has moved to another line meanwhile`, {
    hint: 'run `isconf up` again',
  })
}
