/**
 * `up`: does every operation of the journal that this host has not done, in
 * order, and stops at the first that fails; the next `up` begins there.
 */
import { type BlobRef, type Clock, IsconfError, type Log, operationName, toIsconfError } from '../base/index.ts'
import { type Branch, operationsDone, refuseSplit } from '../branch/index.ts'
import type { History, OperationRef } from '../host/index.ts'
import { describeOperation, type Operation } from '../journal/index.ts'
import type { Machine, OutputListener } from '../machine/index.ts'
import type { BlobStore } from '../store/index.ts'
import { type Applied, apply, blobToInstall, type LocalOperation } from './apply.ts'
import type { InstalledEarly } from './installed-early.ts'
import { LatestFiles } from './latest.ts'
import { askForReboot, hasRebooted, rebootNeeded } from './reboot.ts'
import { Recorder } from './recorder.ts'
import { type Limits, stepsAfter, stopBefore } from './steps.ts'

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
  let done = 0
  try {
    for await (const step of stepsAfter(branch, history, before)) {
      const stop = stopBefore(step, branch, done, options)
      if (stop === 'limit') return { done, rebooting: undefined }
      if (stop === 'split') break
      signal.throwIfAborted()
      const { ref } = step
      const name = operationName(ref.id, ref.index)
      const text = describeOperation(step.operation)
      listener.operation(name, text, step.number, branch.journal.operationCount)
      deps.log.info({ operation: name }, `up: ${text}: begun`)
      const newest = await latest.newestOf(step)
      const { operation } = newest
      if (operation !== step.operation) {
        await deps.installedEarly.note(newest.ref.id, branch.journal)
        listener.newer(name, operationName(newest.ref.id, newest.ref.index))
      }
      if (operation.type !== 'reboot') await doOperation(deps, recorder, { ref, operation }, listener, signal)
      else if (await beginReboot(deps, recorder, ref, options, listener, signal)) return { done, rebooting: ref }
      deps.log.info({ operation: name, status: 0 }, `up: ${text}: finished with exit status 0`)
      done += 1
    }
  } finally {
    await recorder.flush()
  }
  await refuseSplit(branch)
  return { done, rebooting: undefined }
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
  throw failedAt(operationName(ref.id, ref.index), { type: 'reboot' }, reason)
}

interface LocalStep {
  readonly ref: OperationRef
  readonly operation: LocalOperation
}

async function doOperation(
  deps: UpDeps,
  recorder: Recorder,
  { ref, operation }: LocalStep,
  listener: UpListener,
  signal: AbortSignal,
): Promise<void> {
  const name = operationName(ref.id, ref.index)
  const blob = blobToInstall(operation)
  if (blob && !(await deps.store.has(blob.id))) {
    // What was done before must not wait in memory for the network.
    await recorder.flush()
    listener.waiting(name, blob)
    await deps.fetchBlob(blob, signal)
  }
  await recorder.started(ref)
  let applied: Applied
  try {
    applied = await apply({ ...deps, onProgress: listener.installing }, operation, listener.output, signal)
  } catch (thrown) {
    const error = toIsconfError(thrown)
    await recorder.failed(ref, error.message)
    if (error.code === 'INTERRUPTED' || error.code === 'DISK_FULL') throw error
    throw failedAt(name, operation, error.message, error)
  }
  for (const remark of applied.remarks) listener.remark(remark)
  if (applied.status === 0) return recorder.finished(ref, applied)
  await recorder.failedWith(ref, applied)
  throw failedAt(name, operation, `it ended with exit status ${applied.status}`)
}

function failedAt(name: string, operation: Operation, reason: string, cause?: unknown): IsconfError {
  return new IsconfError('OPERATION_FAILED', `operation ${name} (${describeOperation(operation)}) failed: ${reason}`, {
    cause,
  })
}
