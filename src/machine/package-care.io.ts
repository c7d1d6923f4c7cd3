/**
 * Before a command that calls apt or dpkg: waits for whoever has their locks, and completes an interrupted dpkg,
 * because apt refuses to do anything before that.
 */
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, IsconfError, sleep } from '../base/index.ts'
import type { Command, CommandListener, CommandResult, Machine } from './machine.ts'
import { callsPackageManager, dpkgUpdates, packageLocks } from './package-manager.ts'
import { systemCalls } from './system-calls.io.ts'

/** The upgrade of a whole system may take this long. */
const waitMsMax = 30 * 60_000
const lookEveryMs = 500
const configureAll: Command = { argv: ['dpkg', '--configure', '-a'], cwd: '/', env: {} }

export interface PackageCareDeps {
  readonly clock: Clock
  readonly run: Machine['run']
  /** In place of /, in tests. */
  readonly root?: string
}

/** See {@link Machine.readyPackages}. */
export async function readyPackages(
  { clock, run, root = '/' }: PackageCareDeps,
  command: Command,
  listener: CommandListener,
  signal: AbortSignal,
): Promise<void> {
  if (!callsPackageManager(command)) return
  await waitForLocks({ clock, root }, listener, signal)
  if (!isInterrupted(root)) return
  listener.remark?.('an earlier dpkg was interrupted: running dpkg --configure -a first')
  const { status }: CommandResult = await run(configureAll, (_, bytes) => listener.output('stderr', bytes), signal)
  if (status !== 0) listener.remark?.(`dpkg --configure -a ended with exit status ${status}`)
}

async function waitForLocks(
  { clock, root }: { readonly clock: Clock; readonly root: string },
  { remark }: CommandListener,
  signal: AbortSignal,
): Promise<void> {
  const beganMs = clock.monotonicMs()
  let said = ''
  for (let held = heldLock(root); held !== undefined; held = heldLock(root)) {
    if (clock.monotonicMs() - beganMs > waitMsMax) throw new IsconfError('PACKAGES_BUSY', held)
    if (held !== said) remark?.(`waiting: ${held}`)
    said = held
    await sleep(clock, lookEveryMs, signal)
  }
}

/** Who has which of the locks, in words; undefined if nobody has one, or if that can't be told. */
function heldLock(root: string): string | undefined {
  const { calls } = systemCalls()
  if (!calls) return undefined
  for (const path of packageLocks) {
    let fd: number
    try {
      fd = openSync(join(root, path), 'r')
    } catch {
      // There is no apt here, or it is not for this user.
      continue
    }
    try {
      const pid = calls.lockHolder(fd)
      if (pid !== undefined) return `${nameOf(pid)} is at work on this host, and has ${path}`
    } finally {
      closeSync(fd)
    }
  }
  return undefined
}

function nameOf(pid: number): string {
  try {
    return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (process ${pid})`
  } catch {
    return pid === 0 ? 'another program' : `process ${pid}`
  }
}

function isInterrupted(root: string): boolean {
  try {
    return readdirSync(join(root, dpkgUpdates)).some((name) => /^\d+$/.test(name))
  } catch {
    return false
  }
}
