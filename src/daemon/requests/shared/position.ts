/** How far a host has come on a branch. */
import { toIsconfError } from '../../../base/index.ts'
import { type Branch, type LastDone, operationsDone } from '../../../branch/index.ts'

/** The operations of a branch that a host has done; null when it has left the branch, as this host's journal has it. */
export async function positionOn(branch: Branch, done: LastDone | undefined): Promise<number | null> {
  try {
    return await operationsDone(branch, done)
  } catch (thrown) {
    if (toIsconfError(thrown).code === 'OFF_BRANCH') return null
    throw thrown
  }
}
