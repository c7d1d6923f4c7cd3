/**
 * Puts a host's configuration together. Of the places where a setting can
 * stand, main.cf beats the environment, and the file conf/domain beats both;
 * an empty value stands for the default.
 */
import { type DomainName, IsconfError, parseDomainName } from '../base/index.ts'
import type { HostNames } from './host-names.ts'
import { type Assignment, parseMainCf } from './main-cf.ts'
import { repeatedTargets, resolveAssignments } from './main-cf-resolve.ts'
import { isMisspelt, notASetting } from './misspelt.ts'
import { type Setting, settings } from './settings.ts'
import type { UpSettings } from './up-settings.ts'
import type { LogPlace, OwnerMode, RehearsalConsent, ReplayWarnings } from './values.ts'

/** Everything that is set for this host; frozen. */
export interface Config extends UpSettings {
  readonly home: string
  /** Undefined when it is not set anywhere: the daemon then waits for one. */
  readonly domain: { readonly name: DomainName; readonly source: string } | undefined
  readonly port: number
  /** Of the package bank. */
  readonly httpPort: number
  /** Of the page, as {@link parseWebPlace} takes it. */
  readonly web: string
  readonly listen: string
  /** Where the mesh is, as {@link parseNetworkPlace} takes it. */
  readonly network: string
  readonly netsPath: string | undefined
  readonly noBroadcast: boolean
  readonly hmacKeysPath: string
  /** Whether IS_HMAC_KEYS names the file. Otherwise it is conf/hmac_keys below IS_HOME, which need not exist. */
  readonly hmacKeysNamed: boolean
  readonly volroot: string
  /** A command for the shell. */
  readonly rebootCommand: string
  readonly bootIdPath: string
  readonly hooksPath: string
  /** The name of a host. */
  readonly notify: string | undefined
  /** With spaces between them. */
  readonly sharedDirectories: string
  readonly owner: OwnerMode
  readonly log: LogPlace
  readonly replayWarnings: ReplayWarnings
  /** How much of the disk stays free of what arrives, as {@link reserveBytes} takes it. */
  readonly reserve: string
  readonly rehearsals: RehearsalConsent
  /** In seconds. */
  readonly commandTimeoutS: number
  readonly host: HostNames
  /** main.cf's variables for this host, for the environment of commands. */
  readonly variables: Readonly<Record<string, string>>
  /** What is odd about the configuration but no reason to stop: sentences for a person. */
  readonly warnings: readonly string[]
  readonly mainCfPath: string
  /** Where each setting and each variable of main.cf is set, by its name. */
  readonly places: Readonly<Record<string, string>>
}

export interface ConfigInput {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly host: HostNames
  readonly mainCfPath: string
  /** Undefined when there is no main.cf. */
  readonly mainCfText: string | undefined
  /** Undefined when there is no conf/domain. */
  readonly domainFileText: string | undefined
}

/** A setting's text and the place where it stands, for messages. */
export interface Found {
  readonly text: string
  readonly source: string
}

/** Looks a setting up; an empty value is one, too. */
export type Find = (env: string) => Found | undefined

/** The configuration before conf/domain, which is below IS_HOME, has been read. */
export interface ConfigWithoutDomain {
  readonly home: string
  /** The same configuration, given the text of conf/domain. */
  readonly withDomainFile: (text: string | undefined) => Config
}

/** The host's configuration. CONFIG, with the place, when something in it is wrong. */
export function resolveConfig(input: ConfigInput): Config {
  return resolveAllButDomain(input).withDomainFile(input.domainFileText)
}

/** Does {@link resolveConfig} in two steps, for callers that have yet to find conf/domain. */
export function resolveAllButDomain(input: Omit<ConfigInput, 'domainFileText'>): ConfigWithoutDomain {
  const { environment, host, mainCfPath } = input
  const mainCf = parseMainCf(input.mainCfText ?? '', mainCfPath)
  const assignments = resolveAssignments(mainCf, host)
  const find = finder(assignments, mainCfPath, environment)
  const read = <Value>(row: Setting<Value>): Value => chosenValue(row, find(row.env))

  const home = read(settings.home)
  const hmacKeysPath = read(settings.hmacKeysPath)
  const rest = {
    home,
    port: read(settings.port),
    httpPort: read(settings.httpPort),
    ...{ web: read(settings.web), listen: read(settings.listen), network: read(settings.network) },
    netsPath: read(settings.netsPath),
    noBroadcast: read(settings.noBroadcast),
    hmacKeysPath: hmacKeysPath ?? defaultHmacKeysPath(home),
    hmacKeysNamed: hmacKeysPath !== undefined,
    volroot: read(settings.volroot),
    rebootCommand: read(settings.rebootCommand),
    bootIdPath: read(settings.bootIdPath),
    hooksPath: read(settings.hooksPath),
    notify: read(settings.notify),
    sharedDirectories: read(settings.sharedDirectories),
    owner: read(settings.owner),
    log: read(settings.log),
    replayWarnings: read(settings.replayWarnings),
    reserve: read(settings.reserve),
    ...{ upMode: read(settings.upMode), upSplayS: read(settings.upSplayS), upWindow: read(settings.upWindow) },
    rehearsals: read(settings.rehearsals),
    commandTimeoutS: read(settings.commandTimeoutS),
    host: Object.freeze({ ...host }),
    variables: Object.freeze(Object.fromEntries([...assignments.values()].map(({ name, value }) => [name, value]))),
    warnings: Object.freeze([
      ...repeatedTargets(mainCf).map(({ line, message }) => `${mainCfPath}:${line}: ${message}`),
      ...oddVariables(mainCfPath, assignments),
      ...Object.keys(environment)
        .sort()
        .filter(isMisspelt)
        .map((name) => `environment: ${notASetting(name)}`),
    ]),
    mainCfPath,
  }
  const places = placesOf(assignments, find, mainCfPath)
  return {
    home: rest.home,
    withDomainFile: (text) => {
      const domain = domainOf(rest.home, text, find(settings.domain.env))
      const all = domain ? { ...places, [settings.domain.env]: domain.source } : places
      return Object.freeze({ ...rest, domain, places: Object.freeze(all) })
    },
  }
}

/** Looks in main.cf, then in the environment. */
export function finder(
  assignments: ReadonlyMap<string, Assignment>,
  mainCfPath: string,
  environment: ConfigInput['environment'],
): Find {
  return (env) => {
    const assignment = assignments.get(env)
    if (assignment !== undefined) return { text: assignment.value, source: `${mainCfPath}:${assignment.line}` }
    const text = environment[env]
    return text === undefined ? undefined : { text, source: 'environment' }
  }
}

function placesOf(assignments: ReadonlyMap<string, Assignment>, find: Find, path: string): Record<string, string> {
  const rows = Object.values(settings).flatMap(({ env }) => {
    const found = find(env)
    return found === undefined || found.text === '' ? [] : [[env, found.source] as const]
  })
  const variables = [...assignments.values()].map(({ name, line }) => [name, `${path}:${line}`] as const)
  return Object.fromEntries([...variables, ...rows])
}

/** Where the domain's name is kept, below IS_HOME. */
export function domainFilePath(home: string): string {
  return `${home === '/' ? '' : home}/conf/domain`
}

/** Where the domain's keys are when IS_HMAC_KEYS names no other file. */
export function defaultHmacKeysPath(home: string): string {
  return `${home === '/' ? '' : home}/conf/hmac_keys`
}

function chosenValue<Value>(row: Setting<Value>, found: Found | undefined): Value {
  if (found === undefined || found.text === '') return row.fallback
  const parsed = row.parse(found.text)
  if ('value' in parsed) return parsed.value
  throw new IsconfError('CONFIG', `${found.source}: ${row.env} ${parsed.problem}`)
}

function domainOf(home: string, fileText: string | undefined, found: Found | undefined): Config['domain'] {
  if (fileText !== undefined) {
    const source = domainFilePath(home)
    const text = fileText.trim()
    if (text === '') throw new IsconfError('CONFIG', `${source}: the file is empty`)
    return Object.freeze({ name: parseDomainName(text, `${source}:1`), source })
  }
  if (found === undefined || found.text === '') return undefined
  return Object.freeze({ name: parseDomainName(found.text, found.source), source: found.source })
}

function oddVariables(path: string, assignments: ReadonlyMap<string, Assignment>): readonly string[] {
  return [...assignments.values()].flatMap(({ name, line }) => {
    if (isMisspelt(name)) return `${path}:${line}: ${notASetting(name)}`
    if (name === settings.hostname.env) return `${path}:${line}: ${name} has an effect only in the environment`
    return []
  })
}
