import { hostname } from 'node:os'
import { refuseChangeable } from '../base/changeable.io.ts'
import { IsconfError } from '../base/index.ts'
import { type Config, domainFilePath, resolveAllButDomain } from './config.ts'
import { type HostNames, hostNamesFrom, parseHostNames } from './host-names.ts'
import { settings } from './settings.ts'
import { readTextFile } from './text-file.io.ts'

/** Read when -c names no other; its absence is no mistake. */
export const defaultMainCfPath = '/etc/is/main.cf'

export interface LoadOptions {
  /** The file that -c names: it must exist. */
  readonly configPath?: string | undefined
  /** In place of the environment of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** In place of the names of this machine. IS_HOSTNAME beats it. */
  readonly host?: HostNames
}

/** This host's configuration, as its files and the environment have it now. CONFIG, OPEN_TO_OTHERS, HOME_UNWRITABLE. */
export function loadConfig(options: LoadOptions = {}): Config {
  const environment = options.environment ?? process.env
  const mainCfPath = options.configPath ?? defaultMainCfPath
  refuseChangeable('mainCf', mainCfPath)
  const mainCfText = readTextFile(mainCfPath)
  if (mainCfText === undefined && options.configPath !== undefined) {
    throw new IsconfError('CONFIG', `cannot read ${mainCfPath}: no such file`)
  }
  const host = namesOf(options, environment)
  const config = resolveAllButDomain({ environment, host, mainCfPath, mainCfText })
  // Who may not look below IS_HOME is not helped by a word about the file.
  return config.withDomainFile(readTextFile(domainFilePath(config.home), 'HOME_UNWRITABLE'))
}

/** The names by which main.cf knows this host. CONFIG when IS_HOSTNAME can't be one. */
export function namesOf({ host }: LoadOptions, environment: NonNullable<LoadOptions['environment']>): HostNames {
  const name = environment[settings.hostname.env] ?? ''
  return name === '' ? (host ?? machineNames()) : parseHostNames(name)
}

function machineNames(): HostNames {
  const name = hostname()
  return hostNamesFrom(name, name.includes('.') ? undefined : hostsFile())
}

/** An /etc/hosts that can't be read is no reason to stop: the short name serves. */
function hostsFile(): string | undefined {
  try {
    return readTextFile('/etc/hosts')
  } catch {
    return undefined
  }
}
