/** All hosts of hosts.conf against packages.conf. */
import { guesser, IsconfError } from '../../base/index.ts'
import type { Finding } from '../../config/index.ts'
import { type HostsConf, type Placed, resolveHost } from '../hosts-conf/index.ts'
import { actionNames, type MakeRule, stepsFor, wordsOf } from '../make/index.ts'
import {
  byStanza,
  excludeTarget,
  isTarget,
  type Makefile,
  meant,
  mistake,
  placeParts,
  targetNames,
  warning,
} from './makefile.ts'

/** The variables that hold targets. */
const targetVariables = ['PACKAGES', ...actionNames] as const

/** Every word of every PACKAGES and action is a target; targets that no host comes to. */
export function lintTargets(conf: HostsConf, makefiles: readonly Makefile[]): readonly Finding[] {
  const findings = new Map<string, Finding>()
  const guess = guesser(targetNames(makefiles))
  const reached = new Set(makefiles.flatMap(({ database }) => database.defaultGoal ?? []))
  for (const name of conf.entries.keys()) {
    for (const word of ownActionsOf(conf, name, makefiles)) reached.add(word)
    for (const [variable, placed] of targetLists(conf, name)) {
      for (const word of wordsOf(placed.value)) {
        reached.add(word)
        if (isTarget(makefiles, word)) continue
        const message = `${variable} names ${JSON.stringify(word)}, which is not a target of packages.conf${meant(guess(word))}`
        // Hosts share macros: what is said once is enough.
        findings.set(`${placed.place} ${message}`, mistake(placeParts(placed.place), message))
      }
    }
  }
  return [...findings.values(), ...unreached(makefiles, [...reached])]
}

function targetLists(conf: HostsConf, name: string): readonly [string, Placed][] {
  const variables = variablesOf(conf, name)
  return targetVariables.flatMap((variable) => {
    const placed = variables.get(variable)
    const isExcluded = variable === 'PACKAGES' && placed?.value.trim() === excludeTarget
    return placed === undefined || isExcluded ? [] : [[variable, placed]]
  })
}

/** A variable that holds nothing but targets can be an action, whatever its name. */
function ownActionsOf(conf: HostsConf, name: string, makefiles: readonly Makefile[]): readonly string[] {
  return [...variablesOf(conf, name).values()].flatMap(({ value }) => {
    const words = wordsOf(value)
    return words.every((word) => isTarget(makefiles, word)) ? words : []
  })
}

/** None for an entry with a mistake, which is told elsewhere. */
export function variablesOf(conf: HostsConf, name: string): ReadonlyMap<string, Placed> {
  try {
    return resolveHost(conf, { short: name, fqdn: name }, () => '').variables
  } catch (error) {
    if (error instanceof IsconfError) return new Map()
    throw error
  }
}

function unreached(makefiles: readonly Makefile[], reached: readonly string[]): readonly Finding[] {
  const steps = new Set(makefiles.flatMap(({ database }) => stepsFor(database, reached)))
  // A group of what is done anyway is there for whoever wants to name it.
  const isGroup = ({ recipe, needs }: MakeRule): boolean =>
    recipe === undefined && needs.length > 0 && needs.every((need) => steps.has(need))
  return makefiles.flatMap((makefile) => {
    const left = [...makefile.database.rules.values()].filter(
      (rule) => !steps.has(rule.target) && rule.target !== excludeTarget && !isGroup(rule),
    )
    return byStanza(makefile, left).map(([place, names]) => warning(place, `no host uses ${names}`))
  })
}
