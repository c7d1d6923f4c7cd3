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
  // Make itself would say so only after it has done what stands before.
  targetsIn('PACKAGES', variables, database)
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
  return targetsIn(action, variables, database)
}

/** The words of a variable. CONFIG when one is no target. */
function targetsIn(name: string, variables: Variables, database: MakeDatabase): readonly string[] {
  const { value = '', place } = variables.get(name) ?? {}
  const words = wordsOf(value)
  const unknown = words.find((word) => !ruleFor(database, word))
  if (unknown === undefined) return words
  const hint = hintOf(unknown, database.rules.keys(), 'give packages.conf such a target, or correct hosts.conf')
  const text = `${place}: ${name} names ${JSON.stringify(unknown)}, which is not a target of packages.conf`
  throw new IsconfError('CONFIG', text, { hint })
}

function defaultTargets({ defaultGoal }: MakeDatabase): readonly string[] {
  if (defaultGoal === undefined) throw new IsconfError('CONFIG', 'packages.conf has no target')
  return [defaultGoal]
}

function checkTarget(word: string, variables: Variables, database: MakeDatabase): void {
  if (ruleFor(database, word)) return
  const known = [...database.rules.keys(), ...variables.keys(), ...defaultActions]
  const text = `${JSON.stringify(word)} is neither an action of this host nor a target`
  throw new IsconfError('USAGE', text, { hint: hintOf(word, known, 'see `hostkeeper plan`') })
}

function hintOf(word: string, known: Iterable<string>, otherwise: string): string {
  const near = nearest(word, known)
  return near === undefined ? otherwise : `did you mean ${near}?`
}

/** What make is to expand can be told by make alone. */
export function wordsOf(value: string): readonly string[] {
  return value.includes('$') ? [] : value.split(/\s+/).filter((word) => word !== '')
}

const quoted = (words: readonly string[]): string => words.map((word) => JSON.stringify(word)).join(', ')
