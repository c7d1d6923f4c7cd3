/** Processes that a test looks at from outside. */
import { readFileSync } from 'node:fs'

/** Whether a process runs; one that has ended and that nobody has waited for does not. */
export function isRunning(pid: number): boolean {
  try {
    // The name, in parentheses, may hold anything; the state follows it.
    return !/\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
