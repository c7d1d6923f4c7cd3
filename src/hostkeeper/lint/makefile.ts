/** What there is to say about packages.conf by itself. */
import { guesser } from '../../base/index.ts'
import type { Finding } from '../../config/index.ts'
import type { HostsFile } from '../hosts-conf/index.ts'
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

export interface FilePlace {
  readonly file: string
  readonly line: number | null
}

export const mistake = (place: FilePlace, message: string): Finding => ({ severity: 'error', ...place, message })
export const warning = (place: FilePlace, message: string): Finding => ({ severity: 'warning', ...place, message })

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
    if (database.defaultGoal === undefined) return [mistake({ file: path, line: null }, 'has no target')]
    return [
      ...unknownNeeds(makefile, isKnown, guess),
      ...cycles(makefile),
      ...insideSteps(makefile),
      ...untrueStamps(makefile),
      ...withoutStamp(makefile),
    ]
  })
}

function* unknownNeeds(makefile: Makefile, isKnown: (need: string) => boolean, guess: Guess): Generator<Finding> {
  const { database } = makefile
  for (const target of database.rules.keys()) {
    for (const need of allNeeds(database, target).filter((one) => !isKnown(one))) {
      const message = `${JSON.stringify(target)} needs ${JSON.stringify(need)}, which is not a target${meant(guess(need))}`
      yield mistake(placeOf(makefile, need), message)
    }
  }
}

/** For the end of a message. */
export const meant = (near: string | undefined): string => (near === undefined ? '' : `; did you mean ${near}?`)

/** Make drops one line of a circle, and with it the order. */
function cycles(makefile: Makefile): readonly Finding[] {
  const { database } = makefile
  const findings: Finding[] = []
  const tell = (circle: readonly string[]): void => {
    const message = `targets need each other in a circle: ${circle.join(' needs ')}`
    findings.push(mistake(placeOf(makefile, circle.at(-1) ?? ''), message))
  }
  for (const _ of needsFirst(database.rules.keys(), (target) => allNeeds(database, target), tell));
  return findings
}

/** The directory of one stamp cannot be another stamp. */
function* insideSteps(makefile: Makefile): Generator<Finding> {
  const { rules } = makefile.database
  for (const [target, rule] of rules) {
    const parts = target.split('/')
    const outer = parts.map((_, at) => parts.slice(0, at).join('/')).find((name) => leavesStamp(rules.get(name)))
    if (outer === undefined || !leavesStamp(rule)) continue
    const message = `the stamp of ${JSON.stringify(target)} would lie in ${JSON.stringify(outer)}, which is itself a stamp`
    yield mistake(placeOf(makefile, target), message)
  }
}

function untrueStamps(makefile: Makefile): readonly Finding[] {
  const { path: file, database } = makefile
  const forAll = unbelievable(database).map((message) => mistake({ file, line: null }, message))
  const earlyLine = ({ recipe, target }: MakeRule): string | undefined => earlyStampLine(recipe?.text ?? '', target)
  const rules = [...database.rules.values()].filter((rule) => earlyLine(rule) !== undefined)
  const early = byStanza(makefile, rules).map(([place, names, first]) => {
    const line = JSON.stringify(earlyLine(first)?.trim())
    const why = `the stamp is there before all is done, or although something fails: ${line}`
    return warning(place, `${names}: ${why}; let "touch $@" be the last line, alone`)
  })
  return [...forAll, ...early]
}

function withoutStamp(makefile: Makefile): readonly Finding[] {
  const rules = [...makefile.database.rules.values()].filter(
    (rule) => isStep(rule, makefile.database) && !leavesStamp(rule) && !/\bisync\b/.test(rule.recipe?.text ?? ''),
  )
  return byStanza(makefile, rules).map(([place, names]) =>
    warning(place, `${names}: no touch $@ and no isync, so it is done at every run`),
  )
}

const isStep = ({ target, phony, recipe }: MakeRule, { defaultGoal }: MakeDatabase): boolean =>
  recipe !== undefined && !phony && target !== excludeTarget && target !== defaultGoal

/** The stanza that catches a host which should have been left alone. */
export const excludeTarget = 'exclude'

/** The file and the line of `FILE:LINE`. */
export function placeParts(place: string): { readonly file: string; readonly line: number } {
  const [, file = place, line = 0] = /^(.*):(\d+)$/.exec(place) ?? []
  return { file, line: Number(line) }
}

/** The stanzas of these rules: where each is, what targets it has, and the rule of the first. */
export function byStanza(makefile: Makefile, rules: readonly MakeRule[]): readonly [FilePlace, string, MakeRule][] {
  const stanzaOf = ({ target, recipe }: MakeRule): FilePlace =>
    recipe?.file != null ? { file: recipe.file, line: recipe.line } : placeOf(makefile, target)
  const stanzas = Map.groupBy(rules, (rule) => JSON.stringify(stanzaOf(rule)))
  return [...stanzas.values()].flatMap((own): [FilePlace, string, MakeRule][] => {
    const [first] = own
    return first ? [[stanzaOf(first), own.map(({ target }) => target).join(', '), first]] : []
  })
}

/** The first line that has the word. */
function placeOf({ path, places }: Makefile, word: string): FilePlace {
  return places.get(word) ?? { file: path, line: null }
}

/** Where each word of makefiles stands first. */
export function wordPlaces(files: readonly HostsFile[]): ReadonlyMap<string, FilePlace> {
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
