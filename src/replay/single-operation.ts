/** An operation that is done by itself: a command, a removal, a file for the package bank, or a reboot. */
import { IsconfError, toIsconfError } from '../base/index.ts'
import { keepOutput, type OperationRef } from '../host/index.ts'
import type { Operation, UnknownOperation } from '../journal/index.ts'
import { lastLine, type Machine, OutputTail } from '../machine/index.ts'
import { type Applied, apply, type InstallOperation, type LocalOperation } from './apply.ts'
import { failedAt, recordFailure } from './install-batch.ts'
import { askForReboot, hasRebooted, rebootNeeded } from './reboot.ts'
import type { Recorder } from './recorder.ts'
import { isSameOperation } from './steps.ts'
import type { UpDeps, UpListener, UpOptions } from './up-types.ts'
import { noteVoidDone } from './voided-operations.ts'

export interface SingleStep {
  readonly ref: OperationRef
  readonly operation: Exclude<Operation, InstallOperation | UnknownOperation>
}

/** Does what is not done together with others. Whether the machine reboots now. */
export async function doAlone(
  deps: UpDeps,
  recorder: Recorder,
  { ref, operation }: SingleStep,
  options: UpOptions,
  listener: UpListener,
  signal: AbortSignal,
): Promise<boolean> {
  if (operation.type === 'reboot') return beginReboot(deps, recorder, ref, options, listener, signal)
  await doOperation(deps, recorder, ref, operation, listener, signal)
  return false
}

/**
 * Whether the machine reboots now; false if it has been rebooted for this operation. REBOOT_NEEDED, OPERATION_FAILED.
 */
async function beginReboot(
  deps: UpDeps,
  recorder: Recorder,
  ref: OperationRef,
  options: UpOptions,
  listener: UpListener,
  signal: AbortSignal,
): Promise<boolean> {
  if (await hasRebooted(deps, ref)) {
    recorder.finished(ref, { status: 0, output: '', remarks: [] })
    return false
  }
  if (!options.reboot) throw rebootNeeded(deps, ref)
  const reason = await askForReboot(deps, recorder, ref, listener.output, signal)
  if (reason === undefined) return true
  throw failedAt(ref, { type: 'reboot' }, reason)
}

/**
 * Before an operation is begun: OPERATION_FAILED while the command of a daemon that has died still runs. Of one that was
 * interrupted the history goes on to say so: that command may be its own.
 */
export async function refuseLeft(
  { machine, history }: Pick<UpDeps, 'machine' | 'history'>,
  recorder: Recorder,
  { ref, operation }: SingleStep,
): Promise<void> {
  if (operation.type !== 'exec') return
  try {
    machine.refuseLeft(operation)
  } catch (thrown) {
    const { stopped } = history.standing
    const isInterrupted = stopped?.interruptedSince !== undefined && isSameOperation(stopped.operation, ref)
    if (!isInterrupted) throw await recordFailure(recorder, ref, operation, thrown)
    const error = toIsconfError(thrown)
    throw failedAt(ref, operation, error.message, { cause: error })
  }
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
  if (operation.type === 'void') await noteVoidDone(deps, ref, operation)
  const tail = new OutputTail(operation.type === 'exec' ? Object.values(operation.env) : [])
  let applied: Applied
  try {
    if (operation.type === 'exec') refuseShared(deps.machine, operation.cwd)
    applied = await apply(deps, operation, tail.listening(listener), signal)
  } catch (thrown) {
    throw await recordFailure(recorder, ref, operation, thrown)
  } finally {
    await keepOutput(deps, ref, tail.end())
  }
  for (const remark of applied.remarks) listener.remark(remark)
  if (applied.status === 0) return recorder.finished(ref, applied)
  const written = tail.end()
  await recorder.failedWith(ref, applied, written && lastLine(written))
  throw failedAt(ref, operation, `it ended with exit status ${applied.status}`)
}

/** OPEN_TO_OTHERS if others may write where root's command runs: they could give it other files to work on. */
function refuseShared(machine: Machine, cwd: string): void {
  const who = machine.sharedWith(cwd)
  if (who === undefined) return
  const hint = `make the directory root's alone; or, to run commands there all the same, name it in main.cf: IS_SHARED_DIRECTORIES=${cwd}`
  throw new IsconfError('OPEN_TO_OTHERS', `it would run in a directory that others can change: ${who}`, { hint })
}
