/**
 * Looks at configuration files for `isconf lint`: everything that is wrong, not
 * only the first thing, and what is legal and seldom meant.
 */
import { nearest } from '../base/index.ts'
import { type HmacKeys, isEmpty, noKeyInIt, openToOthers, scanHmacKeys, shortKeys } from './hmac-keys.ts'
import { isHostName } from './host-names.ts'
import { type Assignment, defaultTarget, isIncluded, type MainCf, type Stanza, scanMainCf } from './main-cf.ts'
import { repeatedTargets } from './main-cf-resolve.ts'
import { isUnknownSetting, notASetting } from './misspelt.ts'
import { type Nets, scanNets } from './nets.ts'
import type { Scanned } from './problems.ts'
import { type Setting, settings } from './settings.ts'

export type Severity = 'error' | 'warning'

/** One thing to say about a file; the daemon does not start with an error. */
export interface Finding {
  readonly severity: Severity
  /** Null for what is in the environment or is not set at all. */
  readonly file: string | null
  /** Null for what is true of the file as a whole. */
  readonly line: number | null
  readonly message: string
}

type Note = (line: number | null, message: string) => void

/** What there is to say about a main.cf, for all hosts that it names. */
export function lintMainCf(text: string, path: string): readonly Finding[] {
  const { value: mainCf, problems } = scanMainCf(text, path)
  const errors = collector('error', path)
  const warnings = collector('warning', path)
  for (const { line, message } of problems) errors.note(line, message)
  for (const stanza of mainCf.stanzas) lintStanza(stanza, mainCf, errors.note, warnings.note)
  for (const { line, message } of repeatedTargets(mainCf)) warnings.note(line, message)
  hiddenTargets(mainCf, warnings.note)
  return [...errors.findings, ...warnings.findings].sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
}

/** What there is to say about a file of keys; no finding shows one. */
export function lintHmacKeys(text: string, path: string, mode: number): readonly Finding[] {
  const scanned = scanHmacKeys(text)
  const { findings, note } = collector('warning', path)
  for (const text of openToOthers(path, mode)) note(null, text.slice(path.length + ' is '.length))
  const keys: HmacKeys = scanned.value
  const errors = errorsOf(scanned, path)
  // Lines that are no keys are said already.
  if (isEmpty(keys) && errors.length === 0) return [{ severity: 'error', file: path, line: null, message: noKeyInIt }]
  if (keys.acceptsAny) note(null, '+ANY+ lets in hosts that prove no key: remove it when every host has the file')
  for (const text of shortKeys(keys)) note(null, text)
  return [...errors, ...findings]
}

/** What there is to say about a nets file. */
export function lintNets(text: string, path: string, isPort: number): readonly Finding[] {
  const scanned: Scanned<Nets> = scanNets(text, isPort)
  const { findings, note } = collector('warning', path)
  const { addresses, broadcast } = scanned.value
  if (addresses.length === 0 && !broadcast && scanned.problems.length === 0) note(null, 'no addresses')
  return [...errorsOf(scanned, path), ...findings]
}

function errorsOf<Value>({ problems }: Scanned<Value>, file: string): readonly Finding[] {
  return problems.map(({ line, message }) => ({ severity: 'error', file, line, message }))
}

function collector(severity: Severity, file: string): { readonly findings: Finding[]; readonly note: Note } {
  const findings: Finding[] = []
  return { findings, note: (line, message) => void findings.push({ severity, file, line, message }) }
}

const rowByEnv: ReadonlyMap<string, Setting<unknown>> = new Map(Object.values(settings).map((row) => [row.env, row]))

function lintStanza(stanza: Stanza, mainCf: MainCf, error: Note, warn: Note): void {
  const lineByName = new Map<string, number>()
  for (const { name, value, line } of stanza.assignments) {
    const before = lineByName.get(name)
    if (before !== undefined) warn(line, `${name} was set in line ${before} of the same stanza: the last value counts`)
    lineByName.set(name, line)
    lintSetting({ name, value, line }, error, warn)
  }
  const included = new Set<string>()
  for (const name of stanza.includes) {
    if (name === defaultTarget) warn(stanza.line, `${defaultTarget} applies to every host: to include it does nothing`)
    else if (included.has(name)) warn(stanza.line, `${name} is included twice`)
    included.add(name)
  }
  for (const target of stanza.targets) {
    if (looksIncluded(target) && !isIncluded(mainCf, target)) {
      const meant = nearest(target, [defaultTarget])
      const slip = meant === undefined ? '' : ` (did you mean ${meant}?)`
      warn(stanza.line, `${target} is included nowhere, and only a host of that name would match it${slip}`)
    }
  }
}

function lintSetting({ name, value, line }: Assignment, error: Note, warn: Note): void {
  const row = rowByEnv.get(name)
  const parsed = value === '' ? undefined : row?.parse(value)
  if (isUnknownSetting(name)) warn(line, notASetting(name))
  else if (row?.environmentOnly) warn(line, `${name} has an effect only in the environment`)
  else if (parsed && 'problem' in parsed) error(line, `${name} ${parsed.problem}`)
}

/** Whether a target looks like a stanza that is only included: those are written in capitals, as in the manual. */
function looksIncluded(target: string): boolean {
  return target !== defaultTarget && /^[A-Z][A-Z0-9_-]*$/.test(target)
}

/** Warns of host names that an earlier regular expression matches: the first match wins. */
function hiddenTargets(mainCf: MainCf, warn: Note): void {
  const domains = domainsOf(mainCf)
  const before: { readonly regex: string; readonly line: number }[] = []
  for (const { targets, line } of mainCf.stanzas) {
    for (const target of targets) {
      const isHost = isHostName(target) && target !== defaultTarget && !isIncluded(mainCf, target)
      for (const name of isHost ? fullNames(target, domains) : []) {
        const first = before.find(({ regex }) => new RegExp(regex).test(name))
        if (first === undefined) continue
        warn(
          line,
          `${name} does not get this far: ${first.regex} in line ${first.line} matches it, and the first counts`,
        )
        break
      }
    }
    before.push(...targets.filter((target) => target.startsWith('^')).map((regex) => ({ regex, line })))
  }
}

/** The possible full names of a host: a name without dots may belong to any domain in the file. */
function fullNames(target: string, domains: readonly string[]): readonly string[] {
  return target.includes('.') ? [target] : [target, ...domains.map((domain) => `${target}.${domain}`)]
}

/** The domains that the file names: behind the first dot of a full name, and at the end of a regular expression. */
function domainsOf({ stanzas }: MainCf): readonly string[] {
  const domains = stanzas.flatMap(({ targets }) => targets).flatMap((target) => domainOf(target) ?? [])
  return [...new Set(domains)]
}

function domainOf(target: string): string | undefined {
  if (target.startsWith('^'))
    return target
      .match(/((?:\\\.[\w-]+)+)\$?$/)?.[1]
      ?.replaceAll('\\.', '.')
      .slice(1)
  return target.includes('.') ? target.slice(target.indexOf('.') + 1) : undefined
}
