/** Does operations on their origin that nobody has done by hand, with the same code as every target. */
import { IsconfError, invariant, toIsconfError } from '../../base/index.ts'
import { describeInBrief, describeOperation, type Operation } from '../../journal/index.ts'
import type { CommandListener } from '../../machine/index.ts'
import { apply, applyInstalls, isInstall } from '../../replay/index.ts'
import { attempt } from '../unrecorded.ts'
import type { OriginDeps } from '../work.ts'

/** How many files may be in place before they are noted. */
const togetherMax = 256

export interface PerformListener extends CommandListener {
  operation(text: string, number: number, total: number): void
  remark(text: string): void
}

/**
 * Does operations in their order, and lets `done` note those that are done. If one fails, the failure is that of the
 * operation (COMMAND_FAILED, INSTALL_FAILED and so on) and says how many are done. No operation is a reboot.
 */
export async function perform(
  deps: OriginDeps,
  operations: readonly Operation[],
  done: (operations: readonly Operation[]) => Promise<void>,
  listener: PerformListener,
  signal: AbortSignal,
): Promise<void> {
  const total = operations.length
  let count = 0
  try {
    while (count < total) {
      signal.throwIfAborted()
      const next = operations.slice(count, count + togetherMax)
      const [first] = next
      const perform = async (heardBy: PerformListener): Promise<readonly Operation[]> => {
        const some = await performSome(deps, next, heardBy, signal)
        await done(some)
        return some
      }
      const some = await (first?.type === 'exec' ? attempt(deps, first, listener, perform) : perform(listener))
      for (const operation of some) {
        count += 1
        listener.operation(describeOperation(operation), count, total)
      }
    }
  } catch (thrown) {
    const { code, message, exit, hint } = toIsconfError(thrown)
    const next = operations[count]
    const where = next ? `${describeInBrief(next)}: ` : ''
    throw new IsconfError(code, `${where}${message}; ${count} of ${total} operations were done`, {
      cause: thrown,
      exit,
      hint,
    })
  }
}

/** Does the first operation and those after it that go with it. Returns these. */
async function performSome(
  deps: OriginDeps,
  operations: readonly Operation[],
  listener: PerformListener,
  signal: AbortSignal,
): Promise<readonly Operation[]> {
  const [first] = operations
  invariant(first && first.type !== 'reboot' && first.type !== 'unknown', 'what is performed can be done here and now')
  if (isInstall(first)) {
    const end = operations.findIndex((one) => !isInstall(one))
    const installs = operations.slice(0, end < 0 ? undefined : end).filter(isInstall)
    const onProgress = (): void => undefined
    const applied = await applyInstalls({ ...deps, onProgress }, installs, signal)
    for (const remark of applied.flatMap(({ remarks }) => remarks)) listener.remark(remark)
    return installs.slice(0, applied.length)
  }
  const { status, remarks } = await apply(deps, first, listener, signal)
  for (const remark of remarks) listener.remark(remark)
  if (status === 0) return [first]
  throw new IsconfError('COMMAND_FAILED', `it ended with exit status ${status}`, { exit: status })
}
