/** `up` as a person asks for it: the hooks before and after, and those for when it has failed. */
import { IsconfError, toIsconfError } from '../base/index.ts'
import { type HookDeps, runHooks } from './hooks.ts'
import { up } from './up.ts'
import type { UpDeps, UpListener, UpOptions, UpResult } from './up-types.ts'

/** {@link up}, with HELD before any hook is run, and HOOK_FAILED when a hook before or after it failed. */
export async function upWithHooks(
  deps: UpDeps & HookDeps,
  options: UpOptions,
  listener: UpListener,
  signal: AbortSignal,
): Promise<UpResult> {
  let reached = ''
  const operation: UpListener['operation'] = (name, ...rest) => {
    reached = name
    listener.operation(name, ...rest)
  }
  try {
    await deps.holds.refuse()
    await runHooks(deps, 'pre-up', {}, listener, signal)
    const result = await up(deps, options, { ...listener, operation }, signal)
    reached = ''
    // A host that goes down now is not up yet: the up after the reboot is.
    if (!result.rebooting) await runAfter(deps, result, listener, signal)
    return result
  } catch (thrown) {
    // A split is not an operation's fault, and the last one before it was done.
    const failedAt = toIsconfError(thrown).code === 'SPLIT' ? '' : reached
    await runOnFailure(deps, thrown, failedAt, listener, signal)
    throw thrown
  }
}

async function runAfter(deps: UpDeps & HookDeps, { done }: UpResult, listener: UpListener, signal: AbortSignal) {
  try {
    await runHooks(deps, 'post-up', { IS_DONE: String(done) }, listener, signal)
  } catch (thrown) {
    const error = toIsconfError(thrown)
    if (error.code !== 'HOOK_FAILED') throw thrown
    throw new IsconfError('HOOK_FAILED', `${error.message}; all operations are done`, { cause: thrown })
  }
}

async function runOnFailure(
  deps: HookDeps,
  thrown: unknown,
  operation: string,
  listener: UpListener,
  signal: AbortSignal,
) {
  // Who has pressed Ctrl-C, or holds it, knows; and after a broken invariant nothing more is done.
  if (!(thrown instanceof IsconfError) || ['INTERRUPTED', 'HELD'].includes(thrown.code) || signal.aborted) return
  const facts = { IS_OPERATION: operation, IS_REASON: thrown.message }
  try {
    await runHooks(deps, 'on-failure', facts, listener, signal)
  } catch (again) {
    listener.remark(toIsconfError(again).message)
  }
}
