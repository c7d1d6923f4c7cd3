/** Looks at a configuration tree as a whole, for all hosts at once. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { type Finding, readTextFile } from '../../config/index.ts'
import type { HostsConf, Placed } from '../hosts-conf/hosts-conf.ts'
import { treeNames } from '../layout.ts'
import type { MakeDatabase } from '../make/database.ts'
import { type MakeCall, MakefileError, readMakefile } from '../make/make.io.ts'
import { makeEnvironment, makeWords } from '../make/words.ts'
import { lintHosts, namesIn } from '../tree.io.ts'
import { lintMakefile, type Makefile } from './makefile.ts'
import { lintTargets, variablesOf } from './targets.ts'

/**
 * Everything that is wrong with a tree, without a host: only make's own reading of packages.conf is done, which runs
 * its `$(shell)`s. `make` is the program.
 */
export async function lintTree(tree: string, make = 'make'): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const hosts = attempt(() => lintHosts(tree), findings, join(tree, treeNames.hosts))
  findings.push(...(hosts?.findings ?? []))
  const conf = hosts?.conf
  const path = join(tree, treeNames.packages)
  const text = readTextFile(path)
  if (text === undefined) {
    return [...findings, { severity: 'error', file: path, line: null, message: 'no such file' }]
  }
  const scratch = mkdtempSync(join(tmpdir(), 'hostkeeper-lint-'))
  try {
    const call = callFor(tree, make, scratch)
    findings.push(...platformFindings(tree, call))
    const database = readAs(path, defaultVariables(tree, conf), call, findings)
    if (!database) return findings
    const makefile: Makefile = { path, text, database }
    findings.push(...lintMakefile(makefile, existsSync), ...(conf ? lintTargets(conf, makefile) : []))
    return findings
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Undefined when it cannot be read, which is then a finding. */
function attempt<T>(read: () => T, findings: Finding[], file: string): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof IsconfError)) throw error
    findings.push(findingOf(error, file))
    return undefined
  }
}

function findingOf(error: IsconfError, file: string): Finding {
  if (error instanceof MakefileError) {
    return { severity: 'error', file: error.file ?? file, line: error.line, message: error.problem }
  }
  const [, at, line, message] = /^(\/\S*):(\d+): (.*)$/s.exec(error.message) ?? []
  if (at === undefined) return { severity: 'error', file, line: null, message: error.message }
  return { severity: 'error', file: at, line: Number(line), message: message ?? '' }
}

function callFor(tree: string, make: string, cwd: string): Omit<MakeCall, 'words'> {
  const programs = join(tree, treeNames.programs)
  return { make, cwd, environment: makeEnvironment(process.env, { PWD: cwd }, [programs]) }
}

/** What the makefile may ask for while it is read: that of a host with no entry of its own. */
function defaultVariables(tree: string, conf: HostsConf | undefined): ReadonlyMap<string, Placed> {
  const own = { HOSTNAME: '', PLATFORM: '', OS: '', OSVERSION: '', HARDWARE: '', DOMAIN: '' }
  // A fetched tree lies one directory deeper.
  const above = dirname(tree)
  const places = {
    ISCONFDIR: basename(above) === 'trees' ? dirname(above) : above,
    MAKEFILE: join(tree, treeNames.packages),
  }
  const rows = Object.entries({ ...own, ...places })
  const known = new Map(rows.map(([name, value]) => [name, { value, place: 'hostkeeper' }]))
  return new Map([...known, ...(conf ? variablesOf(conf, 'DEFAULT') : [])])
}

function readAs(
  path: string,
  variables: ReadonlyMap<string, Placed>,
  call: Omit<MakeCall, 'words'>,
  findings: Finding[],
): MakeDatabase | undefined {
  const read = attempt(() => readMakefile({ ...call, words: makeWords(path, variables) }), findings, path)
  for (const { file, line, text } of read?.warnings ?? []) {
    findings.push({ severity: 'warning', file, line, message: text })
  }
  return read?.database
}

/** The files conf/OS.mk: only their variables count. */
function platformFindings(tree: string, call: Omit<MakeCall, 'words'>): readonly Finding[] {
  const findings: Finding[] = []
  const directory = join(tree, treeNames.platforms)
  for (const name of namesIn(directory).filter((one) => one.endsWith('.mk'))) {
    const path = join(directory, name)
    const os = { value: basename(name, '.mk'), place: 'hostkeeper' }
    const rule = readAs(path, new Map([['OS', os]]), call, findings)
      ?.rules.values()
      .next().value
    if (rule === undefined) continue
    const message = `only variables count here, and ${JSON.stringify(rule.target)} is a target: it belongs in packages.conf`
    findings.push({ severity: 'error', file: path, line: rule.recipe?.line ?? null, message })
  }
  return findings
}
