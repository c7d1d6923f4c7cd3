/**
 * `up`: does every operation of the journal that this host has not done, in
 * order, and stops at the first that fails; the next `up` begins there.
 */
import { type BlobRef, type Clock, IsconfError, type Log, operationName } from '../base/index.ts'
import { type Branch, operationsDone, refuseSplit } from '../branch/index.ts'
import type { History, OperationRef } from '../host/index.ts'
import { describeOperation, type Operation } from '../journal/index.ts'
import type { Machine, OutputListener } from '../machine/index.ts'
import type { BlobStore } from '../store/index.ts'
import { type Applied, apply, type InstallOperation, isInstall, type LocalOperation } from './apply.ts'
import { failedAt, InstallBatch, type InstallStep, recordFailure } from './install-batch.ts'
import type { InstalledEarly } from './installed-early.ts'
import { LatestFiles } from './latest.ts'
import { askForReboot, hasRebooted, rebootNeeded } from './reboot.ts'
import { Recorder } from './recorder.ts'
import { type Limits, type Step, stepsAfter, stopBefore } from './steps.ts'

export interface UpDeps {
  readonly branch: Branch
  readonly history: History
  readonly installedEarly: InstalledEarly
  readonly machine: Machine
  readonly store: BlobStore
  readonly clock: Clock
  /** Gets a blob that is not here from the other hosts. BLOB_MISSING. */
  readonly fetchBlob: (ref: BlobRef, signal: AbortSignal) => Promise<void>
  readonly log: Log
}

/** Hears what `up` does while it does it. */
export interface UpListener {
  operation(name: string, text: string, number: number, total: number): void
  /** Waiting for a file that other hosts have. */
  waiting(name: string, ref: BlobRef): void
  /** Of a file recorded with `--latest` the newest version is installed instead: `by`. */
  newer(name: string, by: string): void
  /** How far the installation of a large file has come. */
  installing(path: string, doneBytes: number, totalBytes: number): void
  remark(text: string): void
  readonly output: OutputListener
}

/** How far `up` goes. */
export interface UpOptions extends Limits {
  /** Whether the machine may be rebooted. */
  readonly reboot: boolean
}

export interface UpResult {
  /** How many operations were done. */
  readonly done: number
  /** The operation for which the machine reboots now. */
  readonly rebooting: OperationRef | undefined
}

/** Does what is to be done. OPERATION_FAILED, REBOOT_NEEDED, BLOB_MISSING, SPLIT, OFF_BRANCH, INTERRUPTED. */
export async function up(
  deps: UpDeps,
  options: UpOptions,
  listener: UpListener,
  signal: AbortSignal,
): Promise<UpResult> {
  const { branch, history } = deps
  const before = await operationsDone(branch, history.standing.done)
  const recorder = new Recorder(history)
  const latest = new LatestFiles(branch, options.lastNumber)
  const account = accountOf(deps, listener)
  const refuseOffLine = (step: UpStep): Promise<void> => refuseIfOffLine(branch, step)
  const batch = new InstallBatch<InstallUpStep>({ ...deps, refuseOffLine }, recorder, account)
  let done = 0
  let stop: 'split' | 'limit' | undefined
  try {
    for await (const inJournal of stepsAfter(branch, history, before)) {
      stop = stopBefore(inJournal, branch, done, options)
      if (stop) break
      signal.throwIfAborted()
      const step = await stepOf(deps, latest, inJournal)
      const { ref, operation } = step
      if (!isInstall(operation) || !batch.takes(operation)) await batch.run(signal)
      if (isInstall(operation)) {
        batch.add({ ...step, operation })
      } else {
        // What was done before it took its time.
        await refuseIfOffLine(branch, step)
        account.begun(step)
        if (await doAlone(deps, recorder, { ref, operation }, options, account, signal)) return { done, rebooting: ref }
        account.finished(step)
      }
      done += 1
    }
    await batch.run(signal)
  } finally {
    await recorder.flush()
  }
  if (stop !== 'limit') await refuseSplit(branch)
  return { done, rebooting: undefined }
}

/** What is done for a step, and what is said of it. */
interface UpStep {
  readonly ref: OperationRef
  /** The step's own, or a newer version of its file. */
  readonly operation: Operation
  /** What the journal has, in words. */
  readonly text: string
  readonly number: number
  /** Of the changeset it is in. */
  readonly sequence: number
  /** The operation whose version of the file is installed instead. */
  readonly newerBy: string | undefined
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
 * For a step that was added to a batch before it is done: SPLIT when a split was noticed meanwhile that it comes after,
 * INTERRUPTED when the branch has gone over to a line that does not have it.
 */
async function refuseIfOffLine(branch: Branch, { sequence, ref }: UpStep): Promise<void> {
  if (sequence <= branch.commonLength && branch.journal.sequenceOf(ref.id) === sequence) return
  await refuseSplit(branch)
  throw new IsconfError('INTERRUPTED', `branch ${branch.name} has gone over to another line meanwhile`, {
    hint: 'run `isconf up` again',
  })
}

interface Account extends UpListener {
  begun(step: UpStep): void
  finished(step: UpStep): void
}

/** Tells the listener and the log of each step. */
function accountOf({ branch, log }: UpDeps, listener: UpListener): Account {
  return {
    ...listener,
    begun: ({ ref, text, number, newerBy }) => {
      const name = operationName(ref.id, ref.index)
      listener.operation(name, text, number, branch.journal.operationCount)
      log.info({ operation: name }, `up: ${text}: begun`)
      if (newerBy !== undefined) listener.newer(name, newerBy)
    },
    finished: ({ ref, text }) => {
      log.info({ operation: operationName(ref.id, ref.index), status: 0 }, `up: ${text}: finished with exit status 0`)
    },
  }
}

/** Whether the machine reboots now; false when it has been rebooted for this operation. REBOOT_NEEDED, OPERATION_FAILED. */
async function beginReboot(
  deps: UpDeps,
  recorder: Recorder,
  ref: OperationRef,
  options: UpOptions,
  listener: UpListener,
  signal: AbortSignal,
): Promise<boolean> {
  if (await hasRebooted(deps, ref)) {
    recorder.finished(ref, { status: 0, output: '' })
    return false
  }
  if (!options.reboot) throw rebootNeeded(deps, ref)
  const reason = await askForReboot(deps, recorder, ref, listener.output, signal)
  if (reason === undefined) return true
  throw failedAt(ref, { type: 'reboot' }, reason)
}

interface LoneStep {
  readonly ref: OperationRef
  readonly operation: Exclude<Operation, InstallOperation>
}

/** Does what is not done together with others; whether the machine reboots now. */
async function doAlone(
  deps: UpDeps,
  recorder: Recorder,
  { ref, operation }: LoneStep,
  options: UpOptions,
  listener: UpListener,
  signal: AbortSignal,
): Promise<boolean> {
  if (operation.type === 'reboot') return beginReboot(deps, recorder, ref, options, listener, signal)
  await doOperation(deps, recorder, ref, operation, listener, signal)
  return false
}

async function doOperation(
  deps: UpDeps,
  recorder: Recorder,
  ref: OperationRef,
  operation: Exclude<LocalOperation, InstallOperation>,
  listener: UpListener,
  signal: AbortSignal,
): Promise<void> {
  await recorder.started(ref)
  let applied: Applied
  try {
    applied = await apply(deps, operation, listener.output, signal)
  } catch (thrown) {
    throw await recordFailure(recorder, ref, operation, thrown)
  }
  for (const remark of applied.remarks) listener.remark(remark)
  if (applied.status === 0) return recorder.finished(ref, applied)
  await recorder.failedWith(ref, applied)
  throw failedAt(ref, operation, `it ended with exit status ${applied.status}`)
}
