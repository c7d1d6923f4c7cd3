/** What there is to say about packages.conf by itself. */

import { guesser } from '../../base/index.ts'
import type { Finding } from '../../config/index.ts'
import {
  allNeeds,
  earlyStampLine,
  leavesStamp,
  type MakeDatabase,
  type MakeRule,
  needsFirst,
  ruleFor,
  unbelievable,
} from '../make/index.ts'

/** packages.conf as it is read on one kind of host. */
export interface Makefile {
  readonly path: string
  /** {@link wordPlaces} of it and of all that it includes, for what make does not tell. */
  readonly places: ReadonlyMap<string, FilePlace>
  readonly database: MakeDatabase
}

export interface MakeText {
  readonly path: string
  readonly text: string
}

/** Whether a name is a target on some kind of host. */
export const isTarget = (makefiles: readonly Makefile[], name: string): boolean =>
  makefiles.some(({ database }) => ruleFor(database, name))

/** What may have been meant by a word. */
type Guess = (word: string) => string | undefined

/** All that are a target on some kind of host. */
export const targetNames = (makefiles: readonly Makefile[]): ReadonlySet<string> =>
  new Set(makefiles.flatMap(({ database }) => [...database.rules.keys()]))

/** The makefile, as it is read on each kind of host; `exists` tells of files that are no targets. */
export function lintMakefiles(makefiles: readonly Makefile[], exists: (path: string) => boolean): readonly Finding[] {
  const isKnown = (need: string): boolean => isTarget(makefiles, need) || (need.includes('/') && exists(need))
  const guess = guesser(targetNames(makefiles))
  return makefiles.flatMap((makefile): readonly Finding[] => {
    const { path, database } = makefile
    if (database.defaultGoal === undefined)
      return [{ severity: 'error', file: path, line: null, message: 'has no target' }]
    const findings = [...unknownNeeds(makefile, isKnown, guess), ...cycles(makefile), ...insideSteps(makefile)]
    return [...findings, ...untrueStamps(makefile), ...withoutStamp(makefile)]
  })
}

function unknownNeeds(makefile: Makefile, isKnown: (need: string) => boolean, guess: Guess): readonly Finding[] {
  const { database } = makefile
  const findings: Finding[] = []
  for (const target of database.rules.keys()) {
    for (const need of allNeeds(database, target)) {
      if (isKnown(need)) continue
      const message = `${JSON.stringify(target)} needs ${JSON.stringify(need)}, which is not a target${meant(guess(need))}`
      findings.push({ severity: 'error', ...placeOf(makefile, need), message })
    }
  }
  return findings
}

/** For the end of a message. */
export const meant = (near: string | undefined): string => (near === undefined ? '' : `; did you mean ${near}?`)

/** Make drops one line of a circle, and with it the order. */
function cycles(makefile: Makefile): readonly Finding[] {
  const { database } = makefile
  const findings: Finding[] = []
  const tell = (circle: readonly string[]): void => {
    const message = `targets need each other in a circle: ${circle.join(' needs ')}`
    findings.push({ severity: 'error', ...placeOf(makefile, circle.at(-1) ?? ''), message })
  }
  for (const _ of needsFirst(database.rules.keys(), (target) => allNeeds(database, target), tell));
  return findings
}

/** The directory of one stamp cannot be another stamp. */
function insideSteps(makefile: Makefile): readonly Finding[] {
  const { rules } = makefile.database
  const findings: Finding[] = []
  for (const [target, rule] of rules) {
    const parts = target.split('/')
    const outer = parts.map((_, at) => parts.slice(0, at).join('/')).find((name) => leavesStamp(rules.get(name)))
    if (outer === undefined || !leavesStamp(rule)) continue
    const message = `the stamp of ${JSON.stringify(target)} would lie in ${JSON.stringify(outer)}, which is itself a stamp`
    findings.push({ severity: 'error', ...placeOf(makefile, target), message })
  }
  return findings
}

function untrueStamps(makefile: Makefile): readonly Finding[] {
  const { path: file, database } = makefile
  const forAll = unbelievable(database).map((message): Finding => ({ severity: 'error', file, line: null, message }))
  const rules = [...database.rules.values()].filter(
    ({ recipe, target }) => earlyStampLine(recipe?.text ?? '', target) !== undefined,
  )
  const early = byStanza(makefile, rules).map(([place, targets]): Finding => {
    const line = earlyStampLine(database.rules.get(targets[0] ?? '')?.recipe?.text ?? '', targets[0])?.trim()
    const message = `${targets.join(', ')}: the stamp is there before all is done, or although something fails: ${JSON.stringify(line)}; let "touch $@" be the last line, alone`
    return { severity: 'warning', ...place, message }
  })
  return [...forAll, ...early]
}

function withoutStamp(makefile: Makefile): readonly Finding[] {
  const rules = [...makefile.database.rules.values()].filter(
    (rule) => isStep(rule, makefile.database) && !leavesStamp(rule) && !/\bisync\b/.test(rule.recipe?.text ?? ''),
  )
  return byStanza(makefile, rules).map(([place, targets]) => {
    const message = `${targets.join(', ')}: no touch $@ and no isync, so it is done at every run`
    return { severity: 'warning', ...place, message }
  })
}

const isStep = ({ target, phony, recipe }: MakeRule, { defaultGoal }: MakeDatabase): boolean =>
  recipe !== undefined && !phony && target !== excludeTarget && target !== defaultGoal

/** The stanza that catches a host which should have been left alone. */
export const excludeTarget = 'exclude'

export interface FilePlace {
  readonly file: string
  readonly line: number | null
}

/** The file and the line of `FILE:LINE`. */
export function placeParts(place: string): { readonly file: string; readonly line: number } {
  const [, file = place, line = 0] = /^(.*):(\d+)$/.exec(place) ?? []
  return { file, line: Number(line) }
}

/** Targets by the stanza that they share. */
export function byStanza(makefile: Makefile, rules: readonly MakeRule[]): readonly [FilePlace, readonly string[]][] {
  const stanzas = new Map<string, [FilePlace, string[]]>()
  for (const rule of rules) {
    const place = stanzaPlace(makefile, rule)
    const key = `${place.file}:${place.line}`
    const stanza = stanzas.get(key) ?? [place, []]
    stanza[1].push(rule.target)
    stanzas.set(key, stanza)
  }
  return [...stanzas.values()]
}

function stanzaPlace(makefile: Makefile, { target, recipe }: MakeRule): FilePlace {
  if (recipe?.file != null) return { file: recipe.file, line: recipe.line }
  return placeOf(makefile, target)
}

/** The first line that has the word. */
function placeOf({ path, places }: Makefile, word: string): FilePlace {
  return places.get(word) ?? { file: path, line: null }
}

/** Where each word of makefiles stands first. */
export function wordPlaces(files: readonly MakeText[]): ReadonlyMap<string, FilePlace> {
  const places = new Map<string, FilePlace>()
  for (const { path, text } of files) {
    for (const [index, line] of text.split('\n').entries()) {
      if (line.startsWith('#')) continue
      for (const word of line.split(/[\s:|\\]+/))
        if (!places.has(word)) places.set(word, { file: path, line: index + 1 })
    }
  }
  return places
}
