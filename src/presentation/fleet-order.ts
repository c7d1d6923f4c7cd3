/** The hosts of a domain as somebody looks at them who asks what needs doing. */
import { type HostRow, type HostState, hostStates } from '../control/index.ts'

/** The states, the worst first. */
export const statesWorstFirst = Object.keys(hostStates) as readonly HostState[]

/** How many hosts are in each state. */
export function countsOf(hosts: readonly HostRow[]): Readonly<Record<HostState, number>> {
  const counts = Object.fromEntries(statesWorstFirst.map((state) => [state, 0])) as Record<HostState, number>
  for (const { state } of hosts) counts[state] += 1
  return counts
}

/** Those first that need somebody most; of those in one state by name. */
export function worstFirst(hosts: readonly HostRow[]): readonly HostRow[] {
  return hosts.toSorted(
    (a, b) => statesWorstFirst.indexOf(a.state) - statesWorstFirst.indexOf(b.state) || (a.name < b.name ? -1 : 1),
  )
}

/** How many hosts are in which state, in words. */
export function countsText(hosts: readonly HostRow[]): string {
  const counts = countsOf(hosts)
  return statesCounted(counts)
    .map((state) => `${counts[state]} ${state}`)
    .join(', ')
}

/** The states that there are: level first, for whether all are is the question. */
export function statesCounted(counts: Readonly<Record<HostState, number>>): readonly HostState[] {
  const needy = statesWorstFirst.filter((state) => state !== 'level' && counts[state] > 0)
  return ['level', ...needy]
}

/** How many branches they are on, where that is more than one. */
export function branchesText(hosts: readonly HostRow[]): string {
  const branches = new Set(hosts.map(({ branch }) => branch))
  return branches.size > 1 ? ` on ${branches.size} branches` : ''
}
