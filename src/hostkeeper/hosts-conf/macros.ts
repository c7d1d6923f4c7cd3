/** Macros of hosts.conf: a word that names an entry stands for all of its words. */
import { nearest } from '../../base/index.ts'
import {
  defaultEntry,
  type Entry,
  type FlatEntry,
  type HostsConf,
  type Placed,
  type Problem,
  refuse,
  type Word,
} from './types.ts'

/** How deep macros may be nested; nobody follows more, and a generated file must not exhaust the stack. */
const macroDepthMax = 64

/** Sets DEFAULT's variables, then those of the host's own entry, if it has one, with their macros replaced. CONFIG. */
export function overlayHost(conf: HostsConf, own: Entry | undefined, onto: Map<string, Placed>): void {
  const { flat } = conf
  const lowest = conf.entries.get(defaultEntry)
  if (lowest) {
    const { variables } = flat.get(defaultEntry) ?? flatten({ conf, flat, path: [], note: refuse }, lowest)
    for (const [name, placed] of variables) setOver(onto, name, placed)
  }
  if (own && own !== lowest) overlay({ conf, flat, path: [own.name], note: refuse }, own, onto)
}

/** The words that name entries, wherever they stand. */
export function macroNames({ entries }: HostsConf): ReadonlySet<string> {
  const words = [...entries.values()].flatMap((entry) => entry.words)
  return new Set(words.flatMap(({ placed, name }) => (placed === undefined ? [name] : [])))
}

/** What is wrong with the macros of all entries, each mistake once. */
export function macroProblems(conf: HostsConf): readonly Problem[] {
  const problems: Problem[] = []
  const flat = new Map<string, FlatEntry>()
  for (const entry of [conf.entries.get(defaultEntry), ...conf.entries.values()])
    if (entry) flatten({ conf, flat, path: [], note: (problem) => void problems.push(problem) }, entry)
  return problems
}

interface Walk {
  readonly conf: HostsConf
  readonly flat: Map<string, FlatEntry>
  /** The entries that are being worked out, from the outermost. */
  readonly path: readonly string[]
  readonly note: (problem: Problem) => void
}

/** How deep the macros of the entry are nested. */
function overlay(walk: Walk, { name, words }: Entry, onto: Map<string, Placed>): number {
  let depth = 0
  for (const word of words) {
    if (word.placed) {
      setOver(onto, word.name, word.placed)
      continue
    }
    const macro = flatMacro(walk, name, word)
    if (macro === undefined) continue
    for (const [name, placed] of macro.variables) setOver(onto, name, placed)
    depth = Math.max(depth, macro.depth + 1)
  }
  return depth
}

/** `NAME=$` keeps what it stands over. */
function setOver(onto: Map<string, Placed>, name: string, placed: Placed): void {
  const before = onto.get(name)
  // The caller who has no value here has none there either.
  const earlier = before?.isPassed ? before.earlier : before
  onto.set(name, placed.isPassed && !placed.earlier && earlier ? { ...placed, earlier } : placed)
}

/** A macro is worked out once, or a few lines that name each other twice would take for ever. */
function flatten(walk: Walk, entry: Entry): FlatEntry {
  const known = walk.flat.get(entry.name)
  if (known !== undefined) return known
  const variables = new Map<string, Placed>()
  const depth = overlay({ ...walk, path: [...walk.path, entry.name] }, entry, variables)
  const result = { variables, depth }
  walk.flat.set(entry.name, result)
  return result
}

/** What a macro stands for; undefined for nothing, or for a mistake that was noted. */
function flatMacro(walk: Walk, entry: string, { name, at }: Word): FlatEntry | undefined {
  const { conf, flat, path, note } = walk
  // It has applied already, and lowest: here it would beat what it must lose to.
  const isDefault = name === defaultEntry
  const known = isDefault ? undefined : flat.get(name)
  if (known !== undefined && path.length + known.depth <= macroDepthMax) return known
  const named = conf.entries.get(name)
  if (named === undefined) {
    note({ at, ...unknownWord(conf, entry, name) })
    return undefined
  }
  if (path.includes(name)) {
    const circle = [...path.slice(path.indexOf(name)), name].join(' -> ')
    note({ at, message: `${entry}: ${JSON.stringify(name)} is circular: ${circle}` })
    return undefined
  }
  if (isDefault) return undefined
  const worked = path.length > macroDepthMax ? undefined : flatten(walk, named)
  if (worked !== undefined && path.length + worked.depth <= macroDepthMax) return worked
  note({ at, message: `${entry}: ${JSON.stringify(name)} is nested more than ${macroDepthMax} deep` })
  return undefined
}

function unknownWord({ entries }: HostsConf, entry: string, word: string): { message: string; hint: string } {
  const near = nearest(word, entries.keys())
  const meant = near === undefined ? '' : ` (did you mean ${JSON.stringify(near)}?)`
  return {
    message: `${entry}: ${JSON.stringify(word)} is neither NAME=value nor the name of an entry${meant}`,
    hint: 'define the entry; put several words of one variable in quotes: PACKAGES="one two"',
  }
}
