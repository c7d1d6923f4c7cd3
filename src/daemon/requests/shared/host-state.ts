/** The state of a host among all others: what an administrator should know of it first. */
import { type Clock, everybodyMax } from '../../../base/index.ts'
import type { HostRow, HostState } from '../../../control/index.ts'
import { unheardMs } from '../../../replication/index.ts'

type Facts = Omit<HostRow, 'state'> & {
  /** Its branch is split, as far as this host knows. */
  readonly isSplit: boolean
}

/** The state of a host in a domain of so many hosts. The checks are in the order of `hostStates`. */
export function hostState(facts: Facts, hosts: number, clock: Clock): HostState {
  const { stopped, boot, position, operations, deviations, isSplit } = facts
  if (stopped) return 'stopped'
  if (boot !== null && (boot.level === 'failed' || boot.level === 'old')) return 'boot'
  if (isUnheard(facts, hosts, clock)) return 'unheard'
  if (isHeld(facts)) return 'held'
  if (isSplit) return 'split'
  if (position === null || operations === null) return 'unknown'
  if (position < operations) return 'behind'
  return deviations.length > 0 ? 'differs' : 'level'
}

/** Whether a host is held. A hold of its branch does not count for a host that has nothing to do. */
function isHeld({ holds = [], position, operations }: Facts): boolean {
  const isBehind = position !== null && operations !== null && position < operations
  return holds.some(({ scope }) => scope === 'host' || isBehind)
}

/**
 * Whether a host is off or cut off: in a small domain one that is not connected, in a large one one that has long been
 * silent.
 */
export function isUnheard(
  { connected, seen }: Pick<Facts, 'connected' | 'seen'>,
  hosts: number,
  clock: Clock,
): boolean {
  if (connected) return false
  if (hosts <= everybodyMax || seen === null) return true
  return clock.wallMs() - Date.parse(seen) > unheardMs(hosts)
}
