/**
 * A reboot in the journal. It is noted with the boot id, durably, before the command runs, and it is done when the boot
 * id has changed: otherwise a host that came back would reboot again and again.
 */
import { IsconfError, operationName, toIsconfError } from '../base/index.ts'
import { type History, isSameBoot, mayBeGoingDown, type OperationRef } from '../host/index.ts'
import type { Machine, OutputListener } from '../machine/index.ts'
import type { Recorder } from './recorder.ts'
import { isSameOperation } from './steps.ts'
import { wayOn } from './way-on.ts'

export interface RebootDeps {
  readonly history: History
  readonly machine: Machine
}

/** Whether the machine has been rebooted for this operation. CONFIG when the boot id can't be read. */
export async function hasRebooted({ history, machine }: RebootDeps, ref: OperationRef): Promise<boolean> {
  const { rebooting } = history.standing
  if (!rebooting || !isSameOperation(rebooting.operation, ref)) return false
  return !isSameBoot(rebooting.bootId, await machine.bootId())
}

export function rebootNeeded({ history }: RebootDeps, ref: OperationRef): IsconfError {
  const { rebooting } = history.standing
  const name = operationName(ref.id, ref.index)
  const what = isSameOperation(rebooting?.operation, ref)
    ? `was requested at ${rebooting?.since} and has not happened`
    : 'is next, and -r was not given'
  const hint = wayOn(ref, 'run `isconf -r up` when this host may reboot')
  return new IsconfError('REBOOT_NEEDED', `operation ${name} (reboot) ${what}`, { hint })
}

/**
 * Asks for the reboot. Undefined if it is on its way, otherwise why the command failed. INTERRUPTED if it was stopped,
 * and the reboot may still come.
 */
export async function askForReboot(
  { history, machine }: RebootDeps,
  recorder: Recorder,
  ref: OperationRef,
  output: OutputListener,
  signal: AbortSignal,
): Promise<string | undefined> {
  const isAgain = isSameOperation(history.standing.rebooting?.operation, ref)
  await recorder.rebooting(ref, await machine.bootId())
  try {
    const { status, outputSha256 } = await machine.reboot(output, signal)
    if (status === 0) return undefined
    const reason = `it ended with exit status ${status}`
    if (mayBeGoingDown(status)) throw new IsconfError('INTERRUPTED', `the reboot command was stopped: ${reason}`)
    // Of an earlier one that was asked for in vain nobody knows whether it will still come.
    if (!isAgain) await recorder.failedWith(ref, { status, output: outputSha256 })
    return reason
  } catch (thrown) {
    const error = toIsconfError(thrown)
    if (error.code !== 'COMMAND_NOT_RUN') throw error
    if (!isAgain) await recorder.failed(ref, error.message)
    return error.message
  }
}
