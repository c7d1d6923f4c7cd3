/** From the words of `hostkeeper run` to the targets that make is asked for. */
import { IsconfError, nearest } from '../../base/index.ts'
import type { Placed } from '../hosts-conf/index.ts'
import type { MakeDatabase } from './database.ts'
import { ruleFor } from './steps.ts'

/** What the paper calls actions; a host need not say what the first three are. */
export const actionNames = ['INSTALL', 'BOOT', 'CRON', 'CFCLUSTER'] as const
const defaultActions: readonly string[] = ['INSTALL', 'BOOT', 'CRON']

type Variables = ReadonlyMap<string, Placed>

/**
 * None when the actions hold no target. USAGE for words that are no action and no target, CONFIG for a variable that
 * names what is no target.
 */
export function goalsOf(words: readonly string[], variables: Variables, database: MakeDatabase): readonly string[] {
  checkPackages(variables, database)
  if (words.length === 0) return defaultTargets(database)
  const actions = words.filter((word) => isAction(word, variables, database))
  const others = words.filter((word) => !actions.includes(word))
  for (const word of others) checkTarget(word, variables, database)
  if (actions.length > 0 && others.length > 0) {
    const hint = 'run the actions and the targets one after the other'
    const text = `${quoted(others)}: no action of this host, and cannot be mixed with ${quoted(actions)}`
    throw new IsconfError('USAGE', text, { hint })
  }
  const targets = actions.length === 0 ? others : actions.flatMap((word) => targetsOf(word, variables, database))
  return [...new Set(targets)]
}

/** A variable of this host; or one of the actions that every host has, unless the makefile has a target of that name. */
function isAction(word: string, variables: Variables, database: MakeDatabase): boolean {
  return variables.has(word) || (defaultActions.includes(word) && !ruleFor(database, word))
}

function targetsOf(action: string, variables: Variables, database: MakeDatabase): readonly string[] {
  const variable = variables.get(action)
  if (!variable) return defaultTargets(database)
  if (variable.value.includes('$')) {
    const text = `${variable.place}: ${action} holds ${JSON.stringify(variable.value)}: only make could expand that`
    throw new IsconfError('CONFIG', text, { hint: 'name the targets themselves' })
  }
  const targets = wordsOf(variable.value)
  for (const word of targets) {
    if (!ruleFor(database, word)) throw noSuchTarget(word, `${variable.place}: ${action} names`, database)
  }
  return targets
}

function defaultTargets({ defaultGoal }: MakeDatabase): readonly string[] {
  if (defaultGoal === undefined) throw new IsconfError('CONFIG', 'packages.conf has no target')
  return [defaultGoal]
}

function checkTarget(word: string, variables: Variables, database: MakeDatabase): void {
  if (ruleFor(database, word)) return
  const known = [...database.rules.keys(), ...variables.keys(), ...defaultActions]
  const near = nearest(word, known)
  const hint = near === undefined ? 'see `hostkeeper plan`' : `did you mean ${near}?`
  throw new IsconfError('USAGE', `${JSON.stringify(word)} is neither an action of this host nor a target`, { hint })
}

/** Make itself would say so only after it has done what stands before. */
function checkPackages(variables: Variables, database: MakeDatabase): void {
  const packages = variables.get('PACKAGES')
  for (const word of wordsOf(packages?.value ?? '')) {
    if (!ruleFor(database, word)) throw noSuchTarget(word, `${packages?.place}: PACKAGES names`, database)
  }
}

function noSuchTarget(word: string, where: string, { rules }: MakeDatabase): IsconfError {
  const near = nearest(word, rules.keys())
  const hint = near === undefined ? 'give packages.conf such a target, or correct hosts.conf' : `did you mean ${near}?`
  return new IsconfError('CONFIG', `${where} ${JSON.stringify(word)}, which is not a target of packages.conf`, { hint })
}

/** What make is to expand can be told by make alone. */
export function wordsOf(value: string): readonly string[] {
  return value.includes('$') ? [] : value.split(/\s+/).filter((word) => word !== '')
}

const quoted = (words: readonly string[]): string => words.map((word) => JSON.stringify(word)).join(', ')
