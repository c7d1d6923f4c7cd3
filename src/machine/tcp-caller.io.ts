/** Who has called a port of this host. */
import type { CallerOf } from '../base/index.ts'
import { callerOf } from '../base/tcp-owners.io.ts'
import { systemCalls } from './system-calls.io.ts'

/**
 * By a question for this one connection, where that can be asked: the list of all takes the kernel milliseconds, in which
 * this process stands still, and may miss one while others come and go.
 */
export const tcpCaller: CallerOf = (ends) => {
  try {
    const { calls } = systemCalls()
    if (calls !== undefined) return calls.callerOf(ends)
  } catch {
    // A kernel without sock_diag, or one that does not answer this process.
  }
  return callerOf(ends)
}
