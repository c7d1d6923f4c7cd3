/**
 * `reboot`: reboots this machine, and records that every other one is to be rebooted at this point. The boot id goes
 * into the history, and the operation into the work, before the command runs: afterwards may be too late.
 */
import { IsconfError, toIsconfError } from '../base/index.ts'
import { awaitedReboot, type History, mayBeGoingDown, type Rebooting } from '../host/index.ts'
import type { Machine, OutputListener } from '../machine/index.ts'
import { type OriginDeps, requireWork } from './work.ts'
import type { WorkInProgress } from './work-in-progress.ts'

const goesOn = 'the reboot is recorded and may still come; if it does not: isconf reboot'

/**
 * Runs the command that reboots. While an earlier reboot is pending, no second operation is recorded. COMMAND_FAILED,
 * COMMAND_NOT_RUN: nothing is recorded; INTERRUPTED: it is pending.
 */
export async function reboot(
  deps: OriginDeps,
  user: string,
  output: OutputListener,
  signal: AbortSignal,
): Promise<void> {
  const { history, machine, work } = deps
  requireWork(deps, user)
  const pending = await pendingReboot(deps)
  if (pending?.operation) throw rebootPending(deps.host, pending)
  const operation = { type: 'reboot' } as const
  if (!pending) work.refuseIfFull(operation)
  const count = work.operations.length + (pending ? 0 : 1)
  await history.add([{ event: 'rebooting', work: count, bootId: await machine.bootId() }])
  if (!pending) await work.add(operation)
  const failure = await askForReboot(machine, output, signal)
  if (!failure) return
  // Of an earlier one that was asked for in vain nobody knows whether it will still come.
  if (failure.code !== 'INTERRUPTED' && !pending) {
    await work.takeBack(1)
    await history.add([{ event: 'rebootFailed', reason: failure.message }])
  }
  throw failure
}

/** The reboot that is pending after the work so far; undefined if there is none. */
export async function pendingReboot({
  history,
  machine,
  work,
}: {
  readonly history: History
  readonly machine: Pick<Machine, 'bootId'>
  readonly work: WorkInProgress
}): Promise<Rebooting | undefined> {
  const awaited = await awaitedReboot(history, machine)
  // A crash between history and work leaves the note of a reboot that was never recorded.
  const isRecorded = awaited?.work === work.operations.length && work.operations.at(-1)?.type === 'reboot'
  return awaited?.operation || isRecorded ? awaited : undefined
}

/** REBOOT_PENDING while a reboot that was asked for has not come: what is done now would be done before it. */
export async function refuseRebooting(deps: OriginDeps): Promise<void> {
  const pending = await pendingReboot(deps)
  if (pending) throw rebootPending(deps.host, pending)
}

function rebootPending(host: string, { since }: Rebooting): IsconfError {
  return new IsconfError('REBOOT_PENDING', `the reboot of ${host} that was requested at ${since} has not happened yet`)
}

async function askForReboot(
  machine: Machine,
  output: OutputListener,
  signal: AbortSignal,
): Promise<IsconfError | undefined> {
  try {
    const { status } = await machine.reboot(output, signal)
    if (status === 0) return undefined
    const message = `the reboot command ended with exit status ${status}`
    if (mayBeGoingDown(status)) return new IsconfError('INTERRUPTED', message, { hint: goesOn })
    return new IsconfError('COMMAND_FAILED', message, { exit: status })
  } catch (thrown) {
    const error = toIsconfError(thrown)
    if (error.code !== 'INTERRUPTED') return error
    return new IsconfError('INTERRUPTED', 'the reboot command was stopped', { cause: thrown, hint: goesOn })
  }
}
