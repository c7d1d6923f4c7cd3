/** What this host gives to make: its variables, the environment, and the makefile as make reads it. */
import { existsSync, realpathSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import type { HostNames } from '../../config/index.ts'
import { type Placed, type ResolvedHost, resolveHost } from '../hosts-conf/hosts-conf.ts'
import { treeNames } from '../layout.ts'
import { readHostsConf } from '../tree.io.ts'
import type { ProgramContext } from '../verb.ts'
import type { MakeDatabase } from './database.ts'
import { type MakeCall, readDatabase } from './make.io.ts'
import { platformOf } from './platform.io.ts'
import type { Platform } from './platform.ts'
import { makeEnvironment, makeWords } from './words.ts'

/** One host, ready for make. */
export interface ManagedHost {
  readonly host: ResolvedHost
  /** The makefile. */
  readonly packages: string
  /** As make gets them: our own, those of conf/OS.mk, DEFAULT's, the host's; each beats those before. */
  readonly variables: ReadonlyMap<string, Placed>
  readonly environment: MakeCall['environment']
  /** What of it is not the caller's. */
  readonly exported: Readonly<Record<string, string>>
}

/** What hosts.conf says of this host. CONFIG. */
export function hostOf({ layout, names, environment }: ProgramContext): ResolvedHost {
  return resolveHost(readHostsConf(layout.tree), names, (name) => environment[name])
}

/** `cwd` is where make is to read. CONFIG. */
export function managedHost(context: ProgramContext, cwd: string): ManagedHost {
  const host = hostOf(context)
  const { layout, settings, environment } = context
  const packages = join(layout.tree, treeNames.packages)
  if (!existsSync(packages)) {
    const hint = 'the tree is not there yet, or has another form; hostkeeper(8) says how it is made'
    throw new IsconfError('CONFIG', `no such file: ${packages}`, { hint })
  }
  const own = ownVariables(context, host, packages)
  const exported = {
    ...Object.fromEntries([...own].map(([name, { value }]) => [name, value])),
    HOSTKEEPER_ROOT: settings.root,
    HOSTKEEPER_TIMEOUT: String(settings.timeoutS),
  }
  const directories = [join(layout.tree, treeNames.programs), programDirectory()]
  const forMake = makeEnvironment(environment, { ...exported, PWD: cwd }, directories)
  const call = { make: settings.make, cwd, environment: forMake }
  const platform = platformVariables(call, layout.tree, own)
  const variables = new Map([...own, ...platform, ...host.variables])
  return { host, packages, variables, environment: forMake, exported: { ...exported, PATH: forMake['PATH'] ?? '' } }
}

/** How make is called for a host, with `cwd` as its directory. */
export function makeCallOf(context: ProgramContext, managed: ManagedHost, cwd: string): MakeCall {
  const { packages, variables, environment } = managed
  return { make: context.settings.make, words: makeWords(packages, variables), environment, cwd }
}

/** Those that hosts.conf does not say, but may. */
function ownVariables(context: ProgramContext, host: ResolvedHost, packages: string): ReadonlyMap<string, Placed> {
  const { layout, names, environment } = context
  const platform = platformOf(layout.tree, environment as NodeJS.ProcessEnv)
  const values = { ...hostValues(names, environment), ...platformValues(platform) }
  const rows = Object.entries({ ...values, ISCONFDIR: layout.home, MAKEFILE: packages })
  // A value of hosts.conf holds also for the environment.
  return new Map(rows.map(([name, value]) => [name, host.variables.get(name) ?? { value, place: 'hostkeeper' }]))
}

const platformValues = ({ word, os, osVersion, hardware }: Platform): Readonly<Record<string, string>> => ({
  PLATFORM: word,
  OS: os,
  OSVERSION: osVersion,
  HARDWARE: hardware,
})

function hostValues(names: HostNames, environment: ProgramContext['environment']): Readonly<Record<string, string>> {
  const { short, fqdn } = names
  return {
    HOSTNAME: environment['IS_HOSTNAME'] || hostname(),
    DOMAIN: fqdn.startsWith(`${short}.`) ? fqdn.slice(short.length + 1) : '',
  }
}

/**
 * The variables that conf/OS.mk sets. They become words of make's command
 * line, because a makefile's own `NAME=` would undo what another file has set.
 */
function platformVariables(
  call: Omit<MakeCall, 'words'>,
  tree: string,
  own: ReadonlyMap<string, Placed>,
): ReadonlyMap<string, Placed> {
  const file = join(tree, treeNames.platforms, `${own.get('OS')?.value ?? ''}.mk`)
  if (!existsSync(file)) return new Map()
  return settingsOf(readDatabase({ ...call, words: makeWords(file, own) }))
}

function settingsOf({ variables }: MakeDatabase): ReadonlyMap<string, Placed> {
  const settings = new Map<string, Placed>()
  for (const [name, { value, place }] of variables) {
    if (place !== undefined && /^[A-Za-z_]\w*$/.test(name) && !fromMake.has(name)) settings.set(name, { value, place })
  }
  return settings
}

/** Make says of these, too, that a makefile has set them. */
const fromMake = new Set(['MAKEFILE_LIST', 'SHELL', 'MAKEFLAGS', 'CURDIR'])

/** Where isync, exech and hostkeeper itself are found: the directory of the command that was typed. */
function programDirectory(): string {
  const [, program = ''] = process.argv
  const directory = dirname(program)
  return existsSync(join(directory, 'isync')) ? directory : dirname(realpathSync(program))
}
