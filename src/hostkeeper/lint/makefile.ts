/** What there is to say about packages.conf by itself. */

import { nearest } from '../../base/index.ts'
import type { Finding } from '../../config/index.ts'
import { earlyStampLine, unbelievable } from '../make/believable.ts'
import type { MakeDatabase, MakeRule } from '../make/database.ts'
import { leavesStamp, ruleFor } from '../make/steps.ts'

/** packages.conf as it is read on one kind of host. */
export interface Makefile {
  readonly path: string
  /** It, and all that it includes; places are found in them that make does not tell. */
  readonly files: readonly MakeText[]
  readonly database: MakeDatabase
}

export interface MakeText {
  readonly path: string
  readonly text: string
}

/** Whether a name is a target on some kind of host. */
export const isTarget = (makefiles: readonly Makefile[], name: string): boolean =>
  makefiles.some(({ database }) => ruleFor(database, name))

/** The makefile, as it is read on each kind of host; `exists` tells of files that are no targets. */
export function lintMakefiles(makefiles: readonly Makefile[], exists: (path: string) => boolean): readonly Finding[] {
  const isKnown = (need: string): boolean => isTarget(makefiles, need) || (need.includes('/') && exists(need))
  return makefiles.flatMap((makefile): readonly Finding[] => {
    const { path, database } = makefile
    if (database.defaultGoal === undefined)
      return [{ severity: 'error', file: path, line: null, message: 'has no target' }]
    const findings = [...unknownNeeds(makefile, isKnown), ...cycles(makefile), ...insideSteps(makefile)]
    return [...findings, ...untrueStamps(makefile), ...withoutStamp(makefile)]
  })
}

function unknownNeeds(makefile: Makefile, isKnown: (need: string) => boolean): readonly Finding[] {
  const { database } = makefile
  const findings: Finding[] = []
  for (const { target, needs, orderOnly } of database.rules.values()) {
    for (const need of [...needs, ...orderOnly]) {
      if (isKnown(need)) continue
      const near = nearest(need, database.rules.keys())
      const message = `${JSON.stringify(target)} needs ${JSON.stringify(need)}, which is no target${meant(near)}`
      findings.push({ severity: 'error', ...placeOf(makefile, need), message })
    }
  }
  return findings
}

/** For the end of a message. */
export const meant = (near: string | undefined): string => (near === undefined ? '' : `; did you mean ${near}?`)

/** Make drops one line of a circle, and with it the order. */
function cycles(makefile: Makefile): readonly Finding[] {
  const findings: Finding[] = []
  const done = new Set<string>()
  const visit = (target: string, path: readonly string[]): void => {
    const at = path.indexOf(target)
    if (at >= 0) {
      const circle = [...path.slice(at), target]
      const message = `targets need each other in a circle: ${circle.join(' needs ')}`
      findings.push({ severity: 'error', ...placeOf(makefile, target), message })
    }
    if (done.has(target)) return
    done.add(target)
    const rule = ruleFor(makefile.database, target)
    for (const need of [...(rule?.needs ?? []), ...(rule?.orderOnly ?? [])]) visit(need, [...path, target])
  }
  for (const target of makefile.database.rules.keys()) visit(target, [])
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
  const rules = [...database.rules.values()].filter(({ recipe }) => earlyStampLine(recipe?.text ?? '') !== undefined)
  const early = byStanza(makefile, rules).map(([place, targets]): Finding => {
    const line = earlyStampLine(database.rules.get(targets[0] ?? '')?.recipe?.text ?? '')?.trim()
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

interface FilePlace {
  readonly file: string
  readonly line: number | null
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
function placeOf({ path, files }: Makefile, word: string): FilePlace {
  for (const { path: file, text } of files) {
    const lines = text.split('\n')
    const at = lines.findIndex((line) => !line.startsWith('#') && line.split(/[\s:|\\]+/).includes(word))
    if (at >= 0) return { file, line: at + 1 }
  }
  return { file: path, line: null }
}
