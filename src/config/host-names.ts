/** How this host is called, as main.cf matches it. */
import { IsconfError } from '../base/index.ts'

export interface HostNames {
  /** The name without its domain: what a target without dots is matched with. */
  readonly short: string
  /** The fully qualified name; the short one when there is no other. */
  readonly fqdn: string
}

// What a DNS name is made of; the length is DNS's own limit.
const hostNamePattern = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/
const hostNameLengthMax = 253

/** The names that follow from a full name, which may end in the root's dot: the short one ends at its first dot. */
export function hostNamesOf(name: string): HostNames {
  const fqdn = name.replace(/(?<=.)\.$/, '')
  return { short: fqdn.split('.')[0] ?? fqdn, fqdn }
}

/**
 * A host name in the form in which names are compared: neither case nor the root's dot at the end distinguishes hosts.
 */
export function foldedHostName(name: string): string {
  return name.replace(/(?<=.)\.$/, '').toLowerCase()
}

/** The names from IS_HOSTNAME. CONFIG when it can't be a host's name. */
export function parseHostNames(text: string): HostNames {
  const names = hostNamesOf(text)
  if (!isHostName(names.fqdn)) {
    throw new IsconfError('CONFIG', `environment: IS_HOSTNAME must be a host name, not ${JSON.stringify(text)}`)
  }
  return names
}

/** Whether `text` can be a host's name, with or without its domain. */
export function isHostName(text: string): boolean {
  return text.length <= hostNameLengthMax && hostNamePattern.test(text)
}

/**
 * The names of the machine called `hostname`. A hostname without dots is looked
 * up in /etc/hosts alone: asking DNS could make every command wait.
 */
export function hostNamesFrom(hostname: string, hostsFileText: string | undefined): HostNames {
  const names = hostNamesOf(hostname)
  if (names.fqdn !== names.short) return names
  const fqdn = fqdnFromHosts(hostsFileText ?? '', names.short)
  return fqdn === undefined ? names : { ...names, fqdn: hostNamesOf(fqdn).fqdn }
}

function fqdnFromHosts(text: string, short: string): string | undefined {
  const folded = foldedHostName(short)
  for (const line of text.split('\n')) {
    if (!line.toLowerCase().includes(folded)) continue
    const [, ...names] = line.replace(/#.*$/s, '').trim().split(/\s+/)
    if (!names.some((name) => foldedHostName(name) === folded)) continue
    // The canonical name stands first; some put it behind the short one.
    const [canonical = ''] = names
    const full = canonical.includes('.')
      ? canonical
      : names.find((name) => foldedHostName(name).startsWith(`${folded}.`))
    // 127.0.0.1 with every name of the machine on its line says nothing about its domain.
    if (full !== undefined && !full.startsWith('localhost.')) return full
  }
  return undefined
}
