/** What this host gives to make: its variables, the environment, and the makefile as make reads it. */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { userHere } from '../../base/caller.io.ts'
import { fixedEnvironment, IsconfError } from '../../base/index.ts'
import { readGeneratedText } from '../../config/index.ts'
import { type Placed, type ResolvedHost, resolveHost } from '../hosts-conf/index.ts'
import { type ProgramContext, treeNames } from '../program/index.ts'
import { readHostsConf } from '../tree/index.ts'
import type { MakeDatabase } from './database.ts'
import { readsAlike } from './idle.ts'
import {
  leavingMakefiles,
  type MakeCall,
  type MakeReading,
  type MakeWarning,
  readDatabase,
  readMakefile,
} from './make.io.ts'
import { platformOf } from './platform.io.ts'
import { makeWords, withVariables } from './words.ts'

/** One host, ready for make. */
export interface ManagedHost {
  readonly host: ResolvedHost
  /** As make gets them: our own, those of conf/OS.mk, DEFAULT's, the host's; each beats those before. */
  readonly variables: ReadonlyMap<string, Placed>
  /** What of the environment stands for this host. */
  readonly exported: Readonly<Record<string, string>>
  /** How make is called for it. */
  readonly call: MakeCall
  /** What make has read. */
  readonly database: MakeDatabase
  /** The makefiles that it has opened, absolute. */
  readonly files: readonly string[]
  /** What it said of their lines. */
  readonly warnings: readonly MakeWarning[]
}

/** What hosts.conf says of this host. CONFIG. */
export function hostOf({ layout, names, environment }: ProgramContext): ResolvedHost {
  return resolveHost(readHostsConf(layout.tree), names, (name) => environment[name])
}

/**
 * `cwd` is where make is to read, and to run. Makefiles of the tree that have a rule are remade for a run alone. CONFIG.
 */
export function managedHost(context: ProgramContext, cwd: string, isRun = false): ManagedHost {
  const host = hostOf(context)
  const { layout, settings } = context
  const packages = join(layout.tree, treeNames.packages)
  if (!existsSync(packages)) {
    const hint = 'the tree is not there yet, or has another form; hostkeeper(8) says how it is made'
    throw new IsconfError('CONFIG', `no such file: ${packages}`, { hint })
  }
  const bare = environmentFor(layout.tree, context.environment)
  const own = ownVariables(context, host, packages, bare)
  const exported = {
    ...Object.fromEntries([...own].map(([name, { value }]) => [name, value])),
    HOSTKEEPER_ROOT: settings.root,
    HOSTKEEPER_TIMEOUT: String(settings.timeoutS),
  }
  const environment = { ...bare, ...exported, PWD: cwd }
  const callOf: CallOf = (file, variables) => {
    const words = makeWords(file)
    const call = { make: settings.make, words, environment: withVariables(environment, variables), cwd }
    return isRun ? call : leavingMakefiles(call)
  }
  const found = readFor(layout.tree, own, host.variables, callOf)
  return { host, exported: { ...exported, PATH: bare['PATH'] ?? '' }, ...found }
}

type Variables = ReadonlyMap<string, Placed>
type CallOf = (file: string, variables: Variables) => MakeCall

/**
 * packages.conf as make reads it. A conf/OS.mk that it includes is a part of it. Of any other the variables become
 * those of make's command line, because a makefile's own `NAME=` would undo what another file has set.
 */
function readFor(
  tree: string,
  own: Variables,
  hosts: Variables,
  callOf: CallOf,
): Omit<ManagedHost, 'host' | 'exported'> {
  const packages = join(tree, treeNames.packages)
  const platform = join(tree, treeNames.platforms, `${own.get('OS')?.value ?? ''}.mk`)
  const plain = new Map([...own, ...hosts])
  const isThere = existsSync(platform)
  if (isThere && /\binclude\b/.test(readGeneratedText(packages) ?? '')) {
    const call = callOf(packages, plain)
    const reading = readMakefile(call)
    const isIncluded = reading.files.some((file) => realPath(file) === realPath(platform))
    if (isIncluded) return { variables: plain, call, ...whole(reading) }
  }
  const variables = isThere ? new Map([...own, ...settingsOf(readDatabase(callOf(platform, own))), ...hosts]) : plain
  const call = callOf(packages, variables)
  return { variables, call, ...whole(readMakefile(call)) }
}

function whole({ problem, ...read }: MakeReading): Omit<MakeReading, 'problem'> {
  if (problem) throw problem
  return read
}

/** Whether make would read the same again, whatever it is asked for, and say nothing meanwhile. */
export function readsTheSameAgain({ variables, files, warnings }: ManagedHost): boolean {
  const given = [...variables].map(([name, { value }]) => `${name}=${value}`)
  return warnings.length === 0 && files.length > 0 && [...given, ...files.map(textOf)].every(readsAlike)
}

/** What can't be read is read by make alone. */
function textOf(makefile: string): string {
  try {
    return readFileSync(makefile, 'utf8')
  } catch {
    return '$(error)'
  }
}

/** What is said to the programs of this package, also to those that a step calls. */
const ownSettings = /^(IS|HOSTKEEPER)_|^ISCONFDIR$/

/**
 * The environment of every step of a tree, before any variable of a host: the same whoever calls, by hand or at boot. A
 * few variables that programs count on, and the settings of this package.
 */
export function environmentFor(tree: string, caller: ProgramContext['environment']): MakeCall['environment'] {
  const fixed = fixedEnvironment(userHere())
  const settings = Object.fromEntries(Object.entries(caller).filter(([name]) => ownSettings.test(name)))
  // The programs of this package begin with `env node`.
  const last = dirname(process.execPath)
  const path = [join(tree, treeNames.programs), programDirectory(), fixed['PATH'], last]
  return { ...fixed, ...settings, PATH: path.join(':') }
}

/** Those that hosts.conf does not say, but may. */
function ownVariables(
  { layout, names, environment }: ProgramContext,
  host: ResolvedHost,
  packages: string,
  bare: MakeCall['environment'],
): ReadonlyMap<string, Placed> {
  const { word, os, osVersion, hardware } = platformOf(layout.tree, bare)
  const { short, fqdn } = names
  const values = {
    HOSTNAME: environment['IS_HOSTNAME'] || hostname(),
    DOMAIN: fqdn.startsWith(`${short}.`) ? fqdn.slice(short.length + 1) : '',
    PLATFORM: word,
    OS: os,
    OSVERSION: osVersion,
    HARDWARE: hardware,
    ISCONFDIR: layout.home,
    MAKEFILE: packages,
  }
  // A value of hosts.conf holds also for the environment.
  const rows = Object.entries(values).map(
    ([name, value]) => [name, host.variables.get(name) ?? { value, place: 'hostkeeper' }] as const,
  )
  return new Map(rows)
}

function settingsOf({ variables }: MakeDatabase): ReadonlyMap<string, Placed> {
  const settings = new Map<string, Placed>()
  for (const [name, { value, place }] of variables) {
    if (place !== undefined && /^[A-Za-z_]\w*$/.test(name) && !fromMake.has(name))
      settings.set(name, { value, place, isMakeText: true })
  }
  return settings
}

/** Make says of these, too, that a makefile has set them. */
const fromMake = new Set(['MAKEFILE_LIST', 'SHELL', 'MAKEFLAGS', 'CURDIR'])

/** One that make was to open and that is not there has none. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}

/** Where isync, exech and hostkeeper itself are found: the directory of the command that was typed. */
function programDirectory(): string {
  const [, program = ''] = process.argv
  const directory = dirname(program)
  return existsSync(join(directory, 'isync')) ? directory : dirname(realpathSync(program))
}
