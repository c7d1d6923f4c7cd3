/** hosts.conf: which packages and features each host has (Listing 1 of the paper). */
import { IsconfError } from '../../base/index.ts'
import { foldedHostName, type HostNames } from '../../config/index.ts'
import { macroNames, overlayHost } from './macros.ts'
import { scanHostsConf } from './scan.ts'
import { defaultEntry, type Entry, type HostsConf, type HostsFile, type Placed, refuse } from './types.ts'

export type { HostsConf, HostsFile, Placed } from './types.ts'

/** What hosts.conf says of one host. */
export interface ResolvedHost {
  /** The entry that was used: a host's name, or DEFAULT. */
  readonly entry: string
  /** Those of DEFAULT, then those of the host; a host's value takes the place that DEFAULT's had. */
  readonly variables: ReadonlyMap<string, Placed>
  /** Whether it is out of management: PACKAGES=exclude. */
  readonly excluded: boolean
}

/** All files together, in their order: an entry replaces that of its name in an earlier file. CONFIG, with file and line. */
export function parseHostsConf(files: readonly HostsFile[]): HostsConf {
  const { conf, problems } = scanHostsConf(files)
  const [first] = problems
  return first === undefined ? conf : refuse(first)
}

/**
 * What holds for the host with these names. `variable` gives a variable of the caller, for `NAME=$`. CONFIG, and
 * HOST_UNNAMED for a host that may be another one than it seems to be.
 */
export function resolveHost(
  conf: HostsConf,
  names: HostNames,
  variable: (name: string) => string | undefined,
): ResolvedHost {
  const own = entryOf(conf, names)
  if (own === undefined) {
    refuseUnnamed(names)
    refuseWithoutDomain(names, conf)
  }
  const variables = new Map<string, Placed>()
  overlayHost(conf, own, variables)
  // Asks for the values that count, and for no others.
  for (const [name, placed] of variables) variables.set(name, callersValue(name, placed, variable))
  return {
    entry: own?.name ?? defaultEntry,
    variables,
    excluded: variables.get('PACKAGES')?.value.trim() === 'exclude',
  }
}

/**
 * The host's own entry: that of its full name, or else that of the short one. The name as it is written counts first;
 * but a host is the same host whatever the case of its name, and with the root's dot at its end. CONFIG where that would
 * be two.
 */
function entryOf(conf: HostsConf, { fqdn, short }: HostNames): Entry | undefined {
  const { entries } = conf
  let macros: ReadonlySet<string> | undefined
  for (const name of new Set([fqdn, short])) {
    const exact = entries.get(name)
    if (exact !== undefined) return exact
    const folded = foldedHostName(name)
    const alike = [...entries.values()].filter((entry) => foldedHostName(entry.name) === folded)
    // DEFAULT is nobody's name, nor is what other entries name.
    macros ??= alike.length === 0 ? undefined : macroNames(conf)
    const [own, other] = alike.filter((entry) => entry.name !== defaultEntry && !macros?.has(entry.name))
    if (own !== undefined && other !== undefined) {
      const hint = 'host names are not case-sensitive: combine these entries'
      refuse({ at: other.at, message: `${name} may be ${own.name} (${own.at.place}) or ${other.name}`, hint })
    }
    if (own !== undefined) return own
  }
  return undefined
}

/** What a host is called before it has a name. */
const placeholder = /^(localhost\d?|\(none\)|)$/i

/** HOST_UNNAMED for a name that says that there is none: DEFAULT is for hosts that are known not to be listed. */
export function refuseUnnamed({ short, fqdn }: HostNames): void {
  if (placeholder.test(short)) throw unnamed(`this host has no name yet: it is called ${JSON.stringify(fqdn)}`)
}

/** HOST_UNNAMED when the host may be one that is listed by its full name. */
function refuseWithoutDomain({ short, fqdn }: HostNames, { entries }: HostsConf): void {
  if (fqdn !== short) return
  const start = `${foldedHostName(short)}.`
  for (const { name, at } of entries.values()) {
    if (foldedHostName(name).startsWith(start))
      throw unnamed(`this host is called ${short}, without a domain, and may be ${name} (${at.place})`)
  }
}

const unnamed = (message: string): IsconfError => new IsconfError('HOST_UNNAMED', message)

function callersValue(name: string, placed: Placed, variable: (name: string) => string | undefined): Placed {
  if (!placed.isPassed) return placed
  const value = variable(name)
  const { place, earlier } = placed
  if (value !== undefined) return { value, place }
  if (earlier !== undefined) return earlier
  const why = `${name}=$ takes ${name} from the environment, which has none, and nothing before it sets ${name}`
  const hint = `set ${name} for the command, or give it a value in hosts.conf`
  throw new IsconfError('CONFIG', `${place}: ${why}`, { hint })
}
