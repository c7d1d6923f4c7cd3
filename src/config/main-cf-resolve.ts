/** Which variables of main.cf a host gets. */
import { foldedHostName, type HostNames, isHostName } from './host-names.ts'
import { type Assignment, defaultTarget, findStanza, type MainCf, type Stanza } from './main-cf.ts'
import type { Problem } from './problems.ts'

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

/**
 * The one stanza that applies to the host besides DEFAULT: the first with a matching target. If no target matches
 * exactly, one that differs only in case or in the root's dot matches, unless other stanzas include it: then it is no
 * host's.
 */
export function matchingStanza(mainCf: MainCf, host: HostNames): Stanza | undefined {
  const first = (isRight: (target: string) => boolean): Stanza | undefined =>
    mainCf.stanzas.find(({ targets }) => targets.some(isRight))
  const exact = first((target) => matches(target, host))
  if (exact !== undefined) return exact
  const included = new Set(mainCf.stanzas.flatMap(({ includes }) => includes))
  return first((target) => !included.has(target) && matchesFolded(target, host))
}

/** Full names in main.cf that this host, which does not know its domain, may have. */
export function possibleFullNames(mainCf: MainCf, { short, fqdn }: HostNames): readonly string[] {
  if (short !== fqdn) return []
  const folded = foldedHostName(short)
  const targets = mainCf.stanzas.flatMap((stanza) => stanza.targets)
  return targets.filter((target) => isHostName(target) && foldedHostName(target).startsWith(`${folded}.`))
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

function matchesFolded(target: string, host: HostNames): boolean {
  if (target === defaultTarget) return false
  if (target.startsWith('^')) return new RegExp(target, 'i').test(host.fqdn)
  const name = foldedHostName(target)
  return name === foldedHostName(name.includes('.') ? host.fqdn : host.short)
}

function overlay(onto: Map<string, Assignment>, from: ReadonlyMap<string, Assignment>): void {
  for (const [name, assignment] of from) onto.set(name, assignment)
}
