/** Macros of hosts.conf: a word that names an entry stands for all of its words. */
import { IsconfError } from '../base/index.ts'
import {
  defaultEntry,
  type FlatEntry,
  type HostsConf,
  type Macro,
  type Problem,
  type Variable,
} from './hosts-conf-types.ts'
import { nearest } from './nearest.ts'

/** How deep macros may be nested; nobody follows more, and a generated file must not exhaust the stack. */
const macroDepthMax = 64

/** The variables of an entry, its macros replaced; an entry that is not there has none. CONFIG. */
export function flatEntry(conf: HostsConf, name: string): FlatEntry {
  const known = conf.flat.get(name)
  if (known !== undefined) return known
  return flatten({ conf, flat: conf.flat, path: [], note: refuse }, name)
}

/** As {@link flatEntry} for every entry in turn, but goes on behind a mistake, and tells each once. */
export function macroProblems(conf: HostsConf): readonly Problem[] {
  const problems: Problem[] = []
  const flat = new Map<string, FlatEntry>()
  for (const name of new Set([defaultEntry, ...conf.entries.keys()]))
    flatten({ conf, flat, path: [], note: (problem) => void problems.push(problem) }, name)
  return problems
}

function refuse({ at, message, hint }: Problem): never {
  throw new IsconfError('CONFIG', `${at.place}: ${message}`, hint ? { hint } : {})
}

interface Flattening {
  readonly conf: HostsConf
  readonly flat: Map<string, FlatEntry>
  /** The entries that are being worked out, from the outermost. */
  readonly path: readonly string[]
  readonly note: (problem: Problem) => void
}

/** Each entry is worked out once, or a few lines that name each other twice would take for ever. */
function flatten(flattening: Flattening, name: string): FlatEntry {
  const known = flattening.flat.get(name)
  if (known !== undefined) return known
  const words = flattening.conf.entries.get(name)?.words ?? []
  const variableByName = new Map<string, Variable>()
  const inside = { ...flattening, path: [...flattening.path, name] }
  let depth = 0
  for (const word of words) {
    if (word.kind === 'variable') variableByName.set(word.name, word)
    else {
      const macro = flatMacro(inside, name, word)
      if (macro === undefined) continue
      for (const variable of macro.variables) variableByName.set(variable.name, variable)
      depth = Math.max(depth, macro.depth + 1)
    }
  }
  const result = { variables: [...variableByName.values()], depth }
  flattening.flat.set(name, result)
  return result
}

/** What a macro stands for; undefined for nothing, or for a mistake that was noted. */
function flatMacro(flattening: Flattening, entry: string, { name, at }: Macro): FlatEntry | undefined {
  const { conf, path, note } = flattening
  const quoted = JSON.stringify(name)
  if (!conf.entries.has(name)) {
    note({ at, ...unknownWord(conf, entry, name) })
    return undefined
  }
  if (path.includes(name)) {
    const circle = [...path.slice(path.indexOf(name)), name].join(' -> ')
    note({ at, message: `${entry}: ${quoted} goes round in a circle: ${circle}` })
    return undefined
  }
  // It has applied already, and lowest: here it would beat what it must lose to.
  if (name === defaultEntry) return undefined
  const tooDeep = { at, message: `${entry}: ${quoted} is nested more than ${macroDepthMax} deep` }
  if (path.length > macroDepthMax) {
    note(tooDeep)
    return undefined
  }
  const flat = flatten(flattening, name)
  if (path.length + flat.depth <= macroDepthMax) return flat
  note(tooDeep)
  return undefined
}

function unknownWord({ entries }: HostsConf, entry: string, word: string): { message: string; hint: string } {
  const near = nearest(word, entries.keys())
  const meant = near === undefined ? '' : ` (did you mean ${JSON.stringify(near)}?)`
  return {
    message: `${entry}: ${JSON.stringify(word)} is neither NAME=value nor the name of an entry${meant}`,
    hint: 'define the entry; several words of one variable stand in quotes: PACKAGES="one two"',
  }
}
