/**
 * Reads most command lines: options that are words of their own, spelt as they are declared, and then words without a
 * dash. Loading commander takes longer than what most verbs do, so it reads only the others.
 */
import type { Arguments, Declaration, Options, Typed } from './declaration.ts'

/** What was typed; undefined for anything that commander has to read, or to refuse. */
export function readPlain<O extends Options, A extends Arguments>(
  declaration: Declaration<O, A>,
  words: readonly string[],
): Typed<O, A> | undefined {
  const { options = {}, exclusive = [], passThrough } = declaration as Declaration
  if (words.includes('')) return undefined
  const given = plainOptions(options, words)
  if (given === undefined || exclusive.filter((key) => given.valueByKey.has(key)).length > 1) return undefined
  const rest = words.slice(given.length)
  if (!passThrough && rest.some((word) => word.startsWith('-'))) return undefined
  const taken = plainArguments(declaration, rest)
  if (taken === undefined) return undefined
  const values = Object.entries(options).map(([key, { fallback, read }]) => {
    return [key, read(given.valueByKey.has(key) ? given.valueByKey.get(key) : fallback)] as const
  })
  return Object.fromEntries([...values, ...taken]) as Typed<O, A>
}

interface Given {
  readonly valueByKey: ReadonlyMap<string, unknown>
  /** How many words they take. */
  readonly length: number
}

/** The options at the beginning of the words, each given once. */
function plainOptions(options: Options, words: readonly string[]): Given | undefined {
  const valueByKey = new Map<string, unknown>()
  let at = 0
  for (let word = words[0]; word?.startsWith('-'); word = words[at]) {
    const [key, option] = Object.entries(options).find(([, { flags }]) => flags.split(/[ ,]+/).includes(word)) ?? []
    if (key === undefined || option === undefined || option.many || valueByKey.has(key)) return undefined
    at += 1
    if (option.type === undefined) {
      valueByKey.set(key, true)
      continue
    }
    const value = words[at]
    const parsed = value === undefined || value.startsWith('-') ? undefined : option.type.parse(value)
    if (parsed === undefined) return undefined
    valueByKey.set(key, parsed)
    at += 1
  }
  return { valueByKey, length: at }
}

/** The arguments by their keys. */
function plainArguments({ arguments: taken = {} }: Declaration, words: readonly string[]) {
  const rest = [...words]
  const values: (readonly [string, unknown])[] = []
  for (const [key, { type, required, many, read }] of Object.entries(taken)) {
    const own = many ? rest.splice(0) : rest.splice(0, 1)
    if (required && own.length === 0) return undefined
    const parsed = own.map((word) => type.parse(word))
    if (parsed.includes(undefined)) return undefined
    values.push([key, read(many ? parsed : parsed[0])])
  }
  return rest.length === 0 ? values : undefined
}
