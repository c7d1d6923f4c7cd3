/** The lock that apt and dpkg take before they change what is installed. */
import { closeSync, openSync } from 'node:fs'
import { type Clock, IsconfError, sleep } from '../base/index.ts'
import { systemCalls } from './system-calls.io.ts'

const lockPath = '/var/lib/dpkg/lock-frontend'
/** An installation that is under way is waited for so long. */
const waitMsMax = 120_000
const lookEveryMs = 500

export interface PackageLockListener {
  /** Somebody is at work, and is waited for. */
  waits(): void
  /** It can't be locked here; why, in words. */
  cannotLock(why: string): void
}

/**
 * Keeps apt and dpkg of this host from work until what it gives is called; at once where there is no dpkg. PACKAGES_BUSY
 * when they are at work themselves and do not come to an end.
 */
export async function holdPackages(
  clock: Clock,
  listener: PackageLockListener,
  signal: AbortSignal,
  { path = lockPath, loaded = systemCalls() } = {},
): Promise<() => void> {
  let fd: number
  try {
    fd = openSync(path, 'r+')
  } catch {
    return () => undefined
  }
  if (!loaded.calls) {
    listener.cannotLock(loaded.why)
    return () => closeSync(fd)
  }
  const { calls } = loaded
  const beganMs = clock.monotonicMs()
  try {
    for (let isFirst = true; !calls.lockFile(fd); isFirst = false) {
      if (isFirst) listener.waits()
      if (clock.monotonicMs() - beganMs > waitMsMax)
        throw new IsconfError('PACKAGES_BUSY', `apt or dpkg is running on this host, and holds ${path}`)
      await sleep(clock, lookEveryMs, signal)
    }
  } catch (error) {
    closeSync(fd)
    throw error
  }
  return () => closeSync(fd)
}
