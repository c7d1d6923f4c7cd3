/** Looks at a configuration tree as a whole, for all hosts at once. */
import { existsSync, realpathSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { type Finding, readGeneratedText } from '../../config/index.ts'
import type { HostsConf, Placed } from '../hosts-conf/index.ts'
import { lintFiles } from '../isync/index.ts'
import {
  environmentFor,
  leavingMakefiles,
  type MakeReading,
  makeWords,
  readMakefile,
  withVariables,
} from '../make/index.ts'
import { scratchDirectory, treeNames } from '../program/index.ts'
import { lintHosts, namesIn } from '../tree/index.ts'
import { lintMakefiles, type Makefile, mistake, warning, wordPlaces } from './makefile.ts'
import { lintTargets, variablesOf } from './targets.ts'
import { lintValues } from './values.ts'

/**
 * Everything that is wrong with a tree, without a host: only make's own reading of packages.conf is done, which runs
 * its `$(shell)`s. `make` is the program.
 */
export async function lintTree(tree: string, make = 'make'): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const hosts = attempt(() => lintHosts(tree), findings, join(tree, treeNames.hosts))
  findings.push(...(hosts?.findings ?? []))
  const conf = hosts?.conf
  // With a mistake in it hosts.conf does not say who is a host.
  if (conf && !findings.some(({ severity }) => severity === 'error'))
    findings.push(...(attempt(() => lintFiles(tree), findings, join(tree, treeNames.manifest)) ?? []))
  const path = join(tree, treeNames.packages)
  if (!existsSync(path)) return [...findings, mistake({ file: path, line: null }, 'no such file')]
  const scratch = scratchDirectory('hostkeeper-lint-')
  try {
    const environment = { ...environmentFor(tree, process.env), PWD: scratch }
    const read: Read = (file, variables) => {
      const call = { make, cwd: scratch, words: makeWords(file), environment: withVariables(environment, variables) }
      return readMakefile(leavingMakefiles(call))
    }
    const makefiles = attempt(() => makefilesOf(tree, conf, read, findings), findings, path) ?? []
    if (makefiles.length === 0) return unique(findings)
    findings.push(...lintMakefiles(makefiles, existsSync), ...(conf ? lintTargets(conf, makefiles) : []))
    if (conf) findings.push(...lintValues(conf, makefiles, defaultVariables(tree, undefined).keys()))
    return unique(findings)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

type Read = (file: string, variables: ReadonlyMap<string, Placed>) => MakeReading

/** Undefined when it cannot be read, which is then a finding. */
function attempt<T>(read: () => T, findings: Finding[], file: string): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof IsconfError)) throw error
    const [, at, line, message] = /^(\/\S*):(\d+): (.*)$/s.exec(error.message) ?? []
    const place = at === undefined ? { file, line: null } : { file: at, line: Number(line) }
    findings.push(mistake(place, message ?? error.message))
    return undefined
  }
}

/** What was said of several platforms is said once. */
function unique(findings: readonly Finding[]): readonly Finding[] {
  const byText = new Map(findings.map((finding) => [JSON.stringify(finding), finding]))
  return [...byText.values()]
}

/**
 * packages.conf, as hosts read it: without a platform, and once for each conf/OS.mk that it includes. Where it cannot
 * be read without a platform, because it includes conf/$(OS).mk whatever OS is, only as hosts of these have it.
 */
function makefilesOf(tree: string, conf: HostsConf | undefined, read: Read, findings: Finding[]): readonly Makefile[] {
  const path = join(tree, treeNames.packages)
  const variables = defaultVariables(tree, conf)
  const plain = read(path, variables)
  const others = platformFiles(tree).filter(({ file }) => !opened(plain, file))
  const readings = others.map(({ os, file }) => ({ file, reading: read(path, withOs(variables, os)) }))
  const used = readings.filter(({ file, reading }) => opened(reading, file))
  const recipes = [plain, ...used.map(({ reading }) => reading)].flatMap(({ database }) => [...database.rules.values()])
  // What a recipe names is a makefile of its own, for a make that is called from there.
  const isOwn = (file: string): boolean => recipes.some(({ recipe }) => recipe?.text.includes(`/${basename(file)}`))
  const counting = used.filter(({ file }) => !isOwn(file)).map(({ reading }) => reading)
  for (const { os, file } of others) {
    if (!isOwn(file) && !used.some((one) => one.file === file))
      findings.push(...variablesOnly(file, read(file, withOs(new Map(), os))))
  }
  const all = plain.problem && counting.length > 0 ? counting : [plain, ...counting]
  findings.push(...all.flatMap((reading) => saidOf(reading, path)))
  return all
    .filter(({ problem }) => problem === undefined)
    .map(({ database, files }) => ({
      path,
      database,
      places: wordPlaces(files.map((file) => ({ path: file, text: readGeneratedText(file) ?? '' }))),
    }))
}

function platformFiles(tree: string): readonly { readonly os: string; readonly file: string }[] {
  const directory = join(tree, treeNames.platforms)
  const names = namesIn(directory).filter((name) => name.endsWith('.mk'))
  return names.sort().map((name) => ({ os: basename(name, '.mk'), file: join(directory, name) }))
}

function opened({ files }: MakeReading, file: string): boolean {
  const real = realpathSync(file)
  return files.some((one) => existsSync(one) && realpathSync(one) === real)
}

function withOs(variables: ReadonlyMap<string, Placed>, os: string): ReadonlyMap<string, Placed> {
  return new Map([...variables, ['OS', { value: os, place: 'hostkeeper' }]])
}

/** What the makefile may ask for while it is read: that of a host with no entry of its own. */
function defaultVariables(tree: string, conf: HostsConf | undefined): ReadonlyMap<string, Placed> {
  // A fetched tree lies one directory deeper.
  const above = dirname(tree)
  const own = {
    ...{ HOSTNAME: '', PLATFORM: '', OS: '', OSVERSION: '', HARDWARE: '', DOMAIN: '' },
    ISCONFDIR: basename(above) === 'trees' ? dirname(above) : above,
    MAKEFILE: join(tree, treeNames.packages),
  }
  const known = Object.entries(own).map(([name, value]) => [name, { value, place: 'hostkeeper' }] as const)
  return new Map([...known, ...(conf ? variablesOf(conf, 'DEFAULT') : [])])
}

/** What make says of it. */
function saidOf({ warnings, problem }: MakeReading, path: string): readonly Finding[] {
  const findings = warnings.map(({ text, ...place }) => warning(place, text))
  if (problem === undefined) return findings
  return [...findings, mistake({ file: problem.file ?? path, line: problem.line }, problem.problem)]
}

/** Of a conf/OS.mk that packages.conf does not include. */
function variablesOnly(file: string, reading: MakeReading): readonly Finding[] {
  const said = saidOf(reading, file)
  const [rule] = reading.database.rules.values()
  if (rule === undefined || reading.problem) return said
  const message = `only variables count here, for packages.conf does not include it, and ${JSON.stringify(rule.target)} is a target`
  return [...said, mistake({ file: rule.recipe?.file ?? file, line: rule.recipe?.line ?? null }, message)]
}
