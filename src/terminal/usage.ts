/** Usages, as help and manual show them. */
import type { Action, Argument, Declaration, Option, Program, Verb } from './declaration.ts'

/** What comes after a verb: `[--latest|--delete] PATH...`. */
export function usageOf({ options = {}, arguments: taken = {}, exclusive = [] }: Declaration): string {
  const alone = Object.keys(options).filter((key) => !exclusive.includes(key))
  const groups = [...alone.map((key) => [key]), ...(exclusive.length > 0 ? [exclusive] : [])]
  const inBrackets = groups.map((keys) => {
    const shown = keys.flatMap((key) => options[key] ?? [])
    return `[${shown.map(optionUsage).join('|')}]${shown[0]?.many ? '...' : ''}`
  })
  return [...inBrackets, ...Object.values(taken).map(argumentUsage)].join(' ')
}

/** What comes after a program: options of one letter without a value stand together. */
export function programUsage({ verbs, ...declaration }: Program): string {
  const options = Object.entries(declaration.options ?? {})
  const letters = options.flatMap(([, { flags, type }]) => (type ? [] : [/^-(\w)\b/.exec(flags)?.[1] ?? []])).flat()
  const sorted = [...letters, 'h', 'V'].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
  const withValue = Object.fromEntries(options.filter(([, { type }]) => type !== undefined))
  const behind = verbs.length > 0 ? { options: withValue } : { ...declaration, options: withValue }
  return `[-${sorted.join('')}] ${usageOf(behind)}${verbs.length > 0 ? ' VERB [ARG...]' : ''}`
}

/** All ways in which a verb can be typed. */
export function usagesOf({ name, verbs = [], ...own }: Verb<never>): readonly string[] {
  const inner = verbs.map((action) => `${name} ${actionUsage(action)}`)
  return own.run ? [actionUsage({ name, ...own }), ...inner] : inner
}

/** The verb in one line; if it has verbs, with their names. */
export function verbUsage(verb: Verb<never> | Action<never>): string {
  if (!('verbs' in verb && verb.verbs)) return actionUsage(verb)
  const names = verb.verbs.map(({ name }) => name).join('|')
  return `${verb.name} ${verb.run ? `[${names}]` : names}`
}

function actionUsage(action: Pick<Action<never>, 'name'> & Declaration): string {
  return `${action.name} ${usageOf(action)}`.trimEnd()
}

/** `-n COUNT`: by its letter if it has one. */
function optionUsage({ flags }: Option): string {
  const [, name, value] = /^(-\S+?)(?:, \S+)?(?: <(.*)>)?$/.exec(flags) ?? []
  return value === undefined ? `${name}` : `${name} ${value.toUpperCase()}`
}

function argumentUsage({ name, required, many }: Argument): string {
  const shown = many ? `${name}...` : name
  return required ? shown : `[${shown}]`
}

/** All verbs with their summaries, for the help. */
export function verbTable(verbs: readonly (Verb<never> | Action<never>)[]): string {
  const rows = verbs.map((verb) => {
    const usage = verbUsage(verb)
    const isLong = usage.length > usageWidth
    return `  ${isLong ? `${usage}\n  ${' '.repeat(usageWidth)}` : usage.padEnd(usageWidth)}  ${verb.summary}\n`
  })
  return `Verbs:\n${rows.join('')}`
}

/** A verb whose usage is longer has its summary on a line of its own. */
const usageWidth = 24
