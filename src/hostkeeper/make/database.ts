/**
 * What GNU make has read from a makefile, from the data base that `make -p`
 * prints: make itself is the parser, so that nobody reads packages.conf in
 * another way than the run will.
 */

/** What is said of one target; dependency-only rules are joined with the one that has the recipe, as make does. */
export interface MakeRule {
  readonly target: string
  /** In the order in which make brings them up to date. */
  readonly needs: readonly string[]
  /** Prerequisites behind `|`: made before, but a new one is no reason to make the target again. */
  readonly orderOnly: readonly string[]
  readonly phony: boolean
  /** Whether the rule has `::`: then each of several is a rule of its own. */
  readonly doubleColon: boolean
  /** The targets that are made with it, of a rule with `&:`. */
  readonly also: readonly string[]
  /** Undefined for a target that only groups others. */
  readonly recipe: Recipe | undefined
}

export interface Recipe {
  readonly text: string
  /** Where it begins; null when make does not say. */
  readonly file: string | null
  readonly line: number | null
}

export interface MakeVariable {
  /** Unexpanded. */
  readonly value: string
  /** `FILE:LINE` of a makefile; undefined for what comes from elsewhere. */
  readonly place: string | undefined
}

export interface MakeDatabase {
  /** Undefined when the makefile has no target. */
  readonly defaultGoal: string | undefined
  readonly rules: ReadonlyMap<string, MakeRule>
  /** Rules whose target has a `%`, in the order of the file. */
  readonly patterns: readonly MakeRule[]
  /** What the makefile names without a rule of that name: needs that a pattern rule makes, and files. */
  readonly mentioned: ReadonlySet<string>
  readonly variables: ReadonlyMap<string, MakeVariable>
  /** `.IGNORE` and its like that stand without a target, and so hold for all. */
  readonly forAll: ReadonlySet<string>
}

/** `text` is what make prints with -p in the locale C. */
export function parseMakeDatabase(text: string): MakeDatabase {
  const lines = logicalLines(text)
  const filesAt = lines.lastIndexOf('# Files')
  const implicitAt = lines.lastIndexOf('# Implicit Rules', filesAt)
  const variables = variablesOf(lines.slice(0, Math.max(0, implicitAt)))
  const rules = new Map<string, MakeRule>()
  for (const rule of rulesOf(lines.slice(filesAt + 1))) {
    const before = rules.get(rule.target)
    rules.set(rule.target, before ? joined(before, rule) : rule)
  }
  const patterns = rulesOf(lines.slice(implicitAt, filesAt))
    .filter(({ target }) => target.includes('%'))
    .flatMap((rule) => wordsOf(rule.target).map((target) => ({ ...rule, target })))
  const goal = variables.get('.DEFAULT_GOAL')?.value ?? ''
  const mentioned = mentionedIn(lines.slice(filesAt + 1))
  const forAll = new Set(lines.flatMap((line) => (/^\.[A-Z_]+:$/.test(line) ? [line.slice(0, -1)] : [])))
  return { defaultGoal: goal === '' ? undefined : goal, rules, patterns, mentioned, variables, forAll }
}

/** A recipe's line may go on behind a backslash; what follows could look like anything. */
function logicalLines(text: string): readonly string[] {
  const lines: string[] = []
  for (const line of text.split('\n')) {
    const before = lines.at(-1)
    const goesOn = before?.startsWith('\t') && /(?<!\\)(\\\\)*\\$/.test(before)
    if (goesOn) lines[lines.length - 1] = `${before}\n${line}`
    else lines.push(line)
  }
  return lines
}

function variablesOf(lines: readonly string[]): ReadonlyMap<string, MakeVariable> {
  const variables = new Map<string, MakeVariable>()
  let place: string | undefined
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    const [, name, value] = /^(\S+) :{0,3}= ?(.*)$/s.exec(line) ?? []
    const [, defined] = /^define (\S+)/.exec(line) ?? []
    if (defined !== undefined) {
      const end = lines.indexOf('endef', at)
      variables.set(defined, { value: lines.slice(at + 1, end).join('\n'), place })
      at = end
    } else if (line.startsWith('# ')) {
      const [, file, number] = /^# makefile \(from ['`](.*)', line (\d+)\)$/.exec(line) ?? []
      place = file === undefined ? undefined : `${file}:${number}`
    } else if (name !== undefined && value !== undefined) {
      variables.set(name, { value, place })
    }
  }
  return variables
}

function rulesOf(lines: readonly string[]): readonly MakeRule[] {
  return entriesOf(lines).flatMap((entry) => {
    const rule = entry.includes(noTarget) ? undefined : ruleOf(entry)
    return rule ? [rule] : []
  })
}

const noTarget = '# Not a target:'

function mentionedIn(lines: readonly string[]): ReadonlySet<string> {
  const entries = entriesOf(lines).filter((entry) => entry.includes(noTarget))
  return new Set(entries.map((entry) => headOf(entry).replace(/::?$/, '')))
}

/** Entries are parted by empty lines; a recipe has none, its lines begin with a tab. */
function entriesOf(lines: readonly string[]): readonly (readonly string[])[] {
  const entries: string[][] = [[]]
  for (const line of lines) {
    if (line === '') entries.push([])
    else entries.at(-1)?.push(line)
  }
  return entries
}

function ruleOf(entry: readonly string[]): MakeRule | undefined {
  const head = headOf(entry)
  const [, target, colons, words] = /^(.+?)(::?)(?: (.*))?$/.exec(head) ?? []
  if (target === undefined || isSpecial(target)) return undefined
  const [needs = '', orderOnly = ''] = ` ${words ?? ''} `.split(' | ')
  return {
    target,
    needs: wordsOf(needs),
    orderOnly: wordsOf(orderOnly),
    phony: entry.some((line) => line.startsWith('#  Phony target')),
    doubleColon: colons === '::',
    also: wordsOf(entry.find((line) => line.startsWith(alsoMakes))?.slice(alsoMakes.length) ?? ''),
    recipe: recipeOf(entry),
  }
}

const alsoMakes = '#  Also makes: '

/** The last line before what make says of the target: variables that are set for it alone stand before. */
function headOf(entry: readonly string[]): string {
  const end = entry.findIndex((line) => line.startsWith('#  ') || line.startsWith('\t'))
  const lines = end < 0 ? entry : entry.slice(0, end)
  return lines.filter((line) => !line.startsWith('#')).at(-1) ?? ''
}

/** A target that needs nothing and does nothing: what make is asked for when it is only to read. */
export const idleTarget = '.hostkeeper-idle'

/** `.PHONY` and its like, and our own. */
const isSpecial = (target: string): boolean => /^\.[A-Z_]+$/.test(target) || target === idleTarget

const wordsOf = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '')

function recipeOf(entry: readonly string[]): Recipe | undefined {
  const at = entry.findIndex(
    (line) => line.startsWith('#  recipe to execute') || line.startsWith('#  commands to exec'),
  )
  if (at < 0) return undefined
  const [, file, line] = /\(from ['`](.*)', line (\d+)\)/.exec(entry[at] ?? '') ?? []
  const text = entry
    .slice(at + 1)
    .map((one) => one.slice(1))
    .join('\n')
  return { text, file: file ?? null, line: line === undefined ? null : Number(line) }
}

/** Double-colon rules of one target. */
function joined(one: MakeRule, other: MakeRule): MakeRule {
  return {
    target: one.target,
    needs: [...new Set([...one.needs, ...other.needs])],
    orderOnly: [...new Set([...one.orderOnly, ...other.orderOnly])],
    phony: one.phony || other.phony,
    doubleColon: one.doubleColon || other.doubleColon,
    also: [...new Set([...one.also, ...other.also])],
    recipe: one.recipe ?? other.recipe,
  }
}
