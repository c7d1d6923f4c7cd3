/** Values of hosts.conf that do not reach a step as they stand there. */
import type { Finding } from '../../config/index.ts'
import type { HostsConf, Placed } from '../hosts-conf/index.ts'
import type { Recipe } from '../make/index.ts'
import { type Makefile, placeParts, warning } from './makefile.ts'

/** What make expands in a value, and what the shell takes apart where a recipe has the value by `$(NAME)`. */
export function lintValues(conf: HostsConf, makefiles: readonly Makefile[], own: Iterable<string>): readonly Finding[] {
  const values = [...conf.entries.values()].flatMap(({ words }) =>
    words.flatMap(({ name, placed }) => (placed ? [{ name, placed }] : [])),
  )
  const set = new Set([...own, ...values.map(({ name }) => name)])
  for (const { database } of makefiles) for (const name of database.variables.keys()) set.add(name)
  const uses = usesOf(
    makefiles.flatMap(({ database }) => [...database.rules.values()].flatMap(({ recipe }) => recipe ?? [])),
  )
  return values.flatMap(({ name, placed }) => {
    const messages = [emptyText(name, placed, set), shellText(name, placed, uses.get(name) ?? [])]
    return messages.flatMap((message) => (message === undefined ? [] : warning(placeParts(placed.place), message)))
  })
}

const reference = /(?<!\$)(?:\$\$)*\$[({](\w+)[)}]/g

function emptyText(name: string, { value }: Placed, set: ReadonlySet<string>): string | undefined {
  const unset = [...value.matchAll(reference)].map(([, word = '']) => word).find((word) => !set.has(word))
  if (unset === undefined) return undefined
  return `${name}: make expands $(${unset}), which nothing sets, to nothing; $$(${unset}) stands for these letters`
}

/** Where a recipe has a value, as make puts it into the words of a shell. */
interface Use {
  readonly quote: '' | "'" | '"'
  readonly place: string
}

/** What the shell does not leave as it is, by the quotes around it. */
const special = { '': /['"\\`$;&|<>()]|(?<!\S)#/, "'": /'/, '"': /["\\`$]/ } as const

function shellText(name: string, { value }: Placed, uses: readonly Use[]): string | undefined {
  const plain = value.replaceAll(/\$\([^)]*\)|\$\{[^}]*\}/g, '')
  const use = uses.find(({ quote }) => special[quote].test(plain))
  if (use === undefined) return undefined
  const [char = ''] = special[use.quote].exec(plain) ?? []
  return `${name} holds ${char}, which means something to the shell where ${use.place} says $(${name}): "$$${name}" there is the value as it stands`
}

function usesOf(recipes: readonly Recipe[]): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>()
  for (const { text, file, line } of new Set(recipes)) {
    const place = `${file ?? 'packages.conf'}:${line ?? '?'}`
    for (const { name, quote } of referencesIn(text)) uses.set(name, [...(uses.get(name) ?? []), { quote, place }])
  }
  return uses
}

function* referencesIn(recipe: string): Generator<{ readonly name: string; readonly quote: Use['quote'] }> {
  let quote: Use['quote'] = ''
  for (const [token, name] of recipe.matchAll(/\\['"\\]|['"\n]|\$\$|\$[({](\w+)[)}]/g)) {
    if (name !== undefined) yield { name, quote }
    else if (token === '\n') quote = ''
    else if (token === "'" || token === '"') quote = quoteAfter(quote, token)
  }
}

/** Within one kind of quotes the other is a letter. */
const quoteAfter = (quote: Use['quote'], token: "'" | '"'): Use['quote'] =>
  quote === '' ? token : quote === token ? '' : quote
