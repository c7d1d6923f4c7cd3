/** The lock that apt and dpkg take before they change what is installed. */
import { closeSync, openSync } from 'node:fs'
import { type Clock, IsconfError, sleep } from '../base/index.ts'
import { systemCalls } from './system-calls.io.ts'

const lockPath = '/var/lib/dpkg/lock-frontend'
/** An installation that is under way is waited for so long. */
const waitMsMax = 120_000
const lookEveryMs = 500

/**
 * Keeps apt and dpkg of this host from work until what it gives is called; at once where there is no dpkg. PACKAGES_BUSY
 * when they are at work themselves and do not come to an end.
 */
export async function holdPackages(clock: Clock, onWait: () => void, signal: AbortSignal): Promise<() => void> {
  const { calls } = systemCalls()
  let fd: number
  try {
    fd = openSync(lockPath, 'r+')
  } catch {
    return () => undefined
  }
  if (!calls) return () => closeSync(fd)
  const beganMs = clock.monotonicMs()
  try {
    for (let isFirst = true; !calls.lockFile(fd); isFirst = false) {
      if (isFirst) onWait()
      if (clock.monotonicMs() - beganMs > waitMsMax)
        throw new IsconfError('PACKAGES_BUSY', `apt or dpkg is at work on this host, and holds ${lockPath}`)
      await sleep(clock, lookEveryMs, signal)
    }
  } catch (error) {
    closeSync(fd)
    throw error
  }
  return () => closeSync(fd)
}
