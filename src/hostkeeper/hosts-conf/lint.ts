/** Looks at hosts.conf for `hostkeeper lint`: what any of its hosts would be refused for, and what is seldom meant. */

import { nearest } from '../../base/index.ts'
import { type Finding, foldedHostName, isHostName } from '../../config/index.ts'
import { macroNames, macroProblems } from './macros.ts'
import { scanHostsConf } from './scan.ts'
import { defaultEntry, type Entry, type HostsConf, type HostsFile, type Place, type Problem } from './types.ts'

/** What could be read of the files, and all that there is to say about them, in the order of the lines. */
export function lintHostsFiles(files: readonly HostsFile[]): {
  readonly conf: HostsConf
  readonly findings: readonly Finding[]
} {
  const { conf, problems } = scanHostsConf(files)
  return { conf, findings: inOrder([...problems.map(asError), ...lintHostsConf(conf)], files) }
}

/** What there is to say about all entries: what a host would be refused for as errors, slips as warnings. */
function lintHostsConf(conf: HostsConf): readonly Finding[] {
  const findings = macroProblems(conf).map(asError)
  const warn: Warn = ({ file, line }, message) => void findings.push({ severity: 'warning', file, line, message })
  const macros = macroNames(conf)
  for (const entry of conf.entries.values()) {
    lintWords(entry, warn)
    lintName(entry, conf, macros, warn)
  }
  lintCapitals(conf, macros, warn)
  return findings
}

type Warn = (at: Place, message: string) => void

function asError({ at: { file, line }, message }: Problem): Finding {
  return { severity: 'error', file, line, message }
}

function inOrder(findings: readonly Finding[], files: readonly HostsFile[]): readonly Finding[] {
  const paths = files.map(({ path }) => path)
  const rank = ({ file }: Finding): number => paths.indexOf(file ?? '')
  return [...findings].sort((a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0))
}

function lintWords({ name: entry, words }: Entry, warn: Warn): void {
  const lineByWord = new Map<string, number>()
  for (const { name, placed, at } of words) {
    const key = `${placed === undefined} ${name}`
    const before = lineByWord.get(key)
    lineByWord.set(key, at.line)
    // What takes the caller's value stands over another one on purpose.
    if (placed?.isPassed) continue
    if (placed === undefined && name === defaultEntry && entry !== defaultEntry)
      warn(at, `${entry}: ${defaultEntry} applies to every host: to name it does nothing`)
    else if (before !== undefined) {
      const [done, so] = placed ? ['set', ': the last value counts'] : ['named', '']
      warn(at, `${entry}: ${name} was ${done} in line ${before} of the same entry${so}`)
    }
    if (placed && name === 'PACKAGES') lintPackages(entry, placed.value, at, warn)
  }
}

function lintPackages(entry: string, value: string, at: Place, warn: Warn): void {
  const packages = value.split(/\s+/).filter((word) => word !== '')
  const excluding = packages.find((word) => word.toLowerCase() === 'exclude')
  if (packages.length === 0) warn(at, `${entry}: PACKAGES is empty: make would have nothing to do`)
  else if (excluding !== undefined && (packages.length > 1 || excluding !== 'exclude'))
    warn(at, `${entry}: a host is taken out of management by PACKAGES=exclude alone, not by ${JSON.stringify(value)}`)
}

function lintName({ name, at }: Entry, { entries }: HostsConf, macros: ReadonlySet<string>, warn: Warn): void {
  if (name === defaultEntry || macros.has(name)) return
  const short = name.replace(/\..*/s, '')
  if (nearest(name, [defaultEntry]) !== undefined)
    warn(at, `${name} applies to a host of that name alone: did you mean ${defaultEntry}?`)
  else if (!isHostName(foldedHostName(name))) warn(at, `${name} can't be the name of a host, and no entry names it`)
  else if (/^[A-Z][A-Z0-9_-]*$/.test(name))
    warn(at, `${name} is named by no entry, and only a host of that name would match it`)
  else if (name !== short && entries.has(short) && !macros.has(short))
    warn(at, `${name} does not get what ${short} has: the entry of the full name is used alone`)
}

/** Names that differ in their capitals alone. */
function lintCapitals({ entries }: HostsConf, macros: ReadonlySet<string>, warn: Warn): void {
  const all = [...entries.values()]
  const areOneHost = (one: string, other: string): boolean =>
    entries.has(one) && entries.has(other) && !macros.has(one) && !macros.has(other)
  const warnOfSlips = (named: readonly { readonly name: string; readonly at: Place }[], known: string): void => {
    const firstByName = new Map([[known.toLowerCase(), known]])
    for (const { name, at } of named) {
      const folded = foldedHostName(name)
      const first = firstByName.get(folded)
      if (first === undefined) firstByName.set(folded, name)
      else if (areOneHost(first, name))
        warn(at, `${name} and ${first} are names of one host: it gets the entry that is written as it calls itself`)
      else if (first !== name) warn(at, `${name} and ${first} differ in their capitals alone, and are not the same`)
    }
  }
  warnOfSlips(
    all.filter(({ name }) => nearest(name, [defaultEntry]) === undefined),
    defaultEntry,
  )
  warnOfSlips(
    all.flatMap(({ words }) => words.filter(({ placed }) => placed !== undefined)),
    'PACKAGES',
  )
}
