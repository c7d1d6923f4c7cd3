/** The lock that apt and dpkg take before they change what is installed. */
import { closeSync, openSync } from 'node:fs'
import { type Clock, IsconfError, sleep } from '../base/index.ts'
import { systemCalls } from './system-calls.io.ts'

const lockPath = '/var/lib/dpkg/lock-frontend'
/** How long to wait for an installation that is under way. */
const waitMsMax = 120_000
const lookEveryMs = 500

export interface PackageLockListener {
  /** Somebody is at work, and is waited for. */
  waits(): void
  /** The lock can't be taken here; `why` is in words. */
  cannotLock(why: string): void
}

/**
 * Keeps apt and dpkg of this host from working until the returned function is called; returns at once where there is no
 * dpkg. PACKAGES_BUSY if they are at work themselves and do not finish.
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
