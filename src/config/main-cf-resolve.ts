/** Which variables of main.cf a host gets. */
import { type Assignment, findStanza, type MainCf, type Stanza } from './main-cf.ts'
import type { Problem } from './problems.ts'

export interface HostNames {
  /** The name without its domain: what a target without dots is matched with. */
  readonly short: string
  /** The fully qualified name; the short one when there is no other. */
  readonly fqdn: string
}

/** The stanza that always applies, before all others. */
export const defaultTarget = 'DEFAULT'

/** The host's variables: DEFAULT's first, then those of the first stanza that matches. */
export function resolveMainCf(mainCf: MainCf, host: HostNames): Record<string, string> {
  const assignments = [...resolveAssignments(mainCf, host).values()]
  return Object.fromEntries(assignments.map(({ name, value }) => [name, value]))
}

/** As {@link resolveMainCf}, with the line that each value comes from. */
export function resolveAssignments(mainCf: MainCf, host: HostNames): ReadonlyMap<string, Assignment> {
  const flattened = new Map<Stanza, ReadonlyMap<string, Assignment>>()
  // Each stanza is worked out once, or a few lines that include each other twice would take for ever.
  const flatten = (stanza: Stanza): ReadonlyMap<string, Assignment> => {
    const known = flattened.get(stanza)
    if (known !== undefined) return known
    const result = new Map<string, Assignment>()
    for (const name of stanza.includes) {
      // DEFAULT has applied already, and lowest: included, it would beat what it must lose to.
      const included = name === defaultTarget ? undefined : findStanza(mainCf, name)
      if (included !== undefined) overlay(result, flatten(included))
    }
    for (const assignment of stanza.assignments) result.set(assignment.name, assignment)
    flattened.set(stanza, result)
    return result
  }
  const result = new Map<string, Assignment>()
  for (const stanza of [findStanza(mainCf, defaultTarget), matchingStanza(mainCf, host)]) {
    if (stanza !== undefined) overlay(result, flatten(stanza))
  }
  return result
}

/** The one stanza that applies to the host besides DEFAULT: the first with a target that matches. */
export function matchingStanza(mainCf: MainCf, host: HostNames): Stanza | undefined {
  return mainCf.stanzas.find((stanza) => stanza.targets.some((target) => matches(target, host)))
}

/** Targets that can never be used, because an earlier stanza has the same. */
export function repeatedTargets(mainCf: MainCf): readonly Problem[] {
  const lineByTarget = new Map<string, number>()
  const warnings: Problem[] = []
  for (const { line, targets } of mainCf.stanzas) {
    for (const target of targets) {
      const first = lineByTarget.get(target)
      if (first === undefined) lineByTarget.set(target, line)
      else warnings.push({ line, message: `${target} is never used here, it stands in line ${first} already` })
    }
  }
  return warnings
}

function matches(target: string, host: HostNames): boolean {
  if (target === defaultTarget) return false
  if (target.startsWith('^')) return new RegExp(target).test(host.fqdn)
  return target === (target.includes('.') ? host.fqdn : host.short)
}

function overlay(onto: Map<string, Assignment>, from: ReadonlyMap<string, Assignment>): void {
  for (const [name, assignment] of from) onto.set(name, assignment)
}
