/**
 * Whether a reboot that was asked for has come. The clock can't tell, and the
 * command that asks for it may return before, after or never: it has come
 * when the machine's boot id is another one.
 */
import type { Machine } from '../machine/index.ts'
import type { History } from './history.ts'
import type { Rebooting } from './standing.ts'

/** The reboot that was asked for and has not come; undefined when there is none. CONFIG when the boot id can't be read. */
export async function awaitedReboot(
  history: History,
  machine: Pick<Machine, 'bootId'>,
): Promise<Rebooting | undefined> {
  const { rebooting } = history.standing
  if (!rebooting) return undefined
  return isSameBoot(rebooting.bootId, await machine.bootId()) ? rebooting : undefined
}

/** Whether two boot ids are of one boot. An earlier release noted the kernel's alone, without when process 1 began. */
export function isSameBoot(noted: string, now: string): boolean {
  return noted === now || (!noted.includes(' ') && now.startsWith(`${noted} `))
}

/** Statuses of a command that SIGTERM or SIGKILL has ended. */
const killedStatuses: readonly number[] = [143, 137]

/** Whether the command that reboots may have been ended by what it began: a machine that goes down ends all commands. */
export function mayBeGoingDown(status: number): boolean {
  return killedStatuses.includes(status)
}
