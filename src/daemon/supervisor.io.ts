/**
 * The small shell that a service manager watches in the daemon's place, as packaging/isconf.service starts it. It passes
 * signals on and ends as the daemon does. It also can end first: then the service counts as stopped, and the daemon goes
 * on to the end of the work that asked for that. A daemon that was watched itself would have to leave that work half
 * done, for a command that restarts the service waits until the old process is gone.
 */
import { join } from 'node:path'
import { systemClock } from '../base/clock.io.ts'
import { sleep } from '../base/index.ts'
import { type PidFileHolder, pidFileHolder } from '../base/pid-file.io.ts'
import type { Config } from '../config/index.ts'
import { homePidName, putMark, removeMark } from './home.io.ts'
import { openLog } from './logging/log.io.ts'
import { serviceManager } from './service-manager.io.ts'

/** Names the process of the shell. */
const supervisorVariable = 'ISCONF_SUPERVISOR'
/** Between two looks at whether the daemon before has ended. */
const lookEveryMs = 200

export interface Supervisor {
  /** Lets the shell end, and with it the service, while this process goes on. */
  release(): void
}

/** The shell, where there is one. Takes the variable out of the environment. */
export function supervisorHere(): Supervisor | undefined {
  const named = process.env[supervisorVariable]
  delete process.env[supervisorVariable]
  const { ppid } = process
  // One that only inherits the variable has another parent.
  return named === String(ppid) ? { release: () => void process.kill(ppid, 'SIGUSR1') } : undefined
}

/** Waits while another daemon holds the home, as one does that is finishing its last work. Whether it had to wait. */
export async function waitForTurn(config: Config): Promise<boolean> {
  const { home } = config
  const holder = (): Promise<PidFileHolder | undefined> => pidFileHolder(join(home, homePidName))
  const first = await holder()
  if (!first) return false
  const { log, close } = openLog(config)
  const told = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => told.abort())
  log.warn({}, `waiting for the daemon that uses ${home} to end: process ${first.pid}`)
  // Who finds nobody in between is to wait, too; and who has started this one is not.
  await putMark(home)
  await serviceManager(systemClock, log).ready()
  while (!told.signal.aborted && (await holder())) {
    await sleep(systemClock, lookEveryMs, told.signal).catch(() => undefined)
  }
  if (told.signal.aborted) await removeMark(home)
  await close()
  return true
}
