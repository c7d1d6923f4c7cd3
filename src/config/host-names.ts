/** How this host is called, as main.cf matches it. */
import { IsconfError } from '../base/index.ts'
import type { HostNames } from './main-cf-resolve.ts'

// What a DNS name is made of; the length is DNS's own limit.
const hostNamePattern = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/
const hostNameLengthMax = 253

/** The names that follow from a full name: the short one ends at its first dot. */
export function hostNamesOf(fqdn: string): HostNames {
  return { short: fqdn.split('.')[0] ?? fqdn, fqdn }
}

/** The names from IS_HOSTNAME. CONFIG when it can't be a host's name. */
export function parseHostNames(text: string): HostNames {
  if (!isHostName(text)) {
    throw new IsconfError('CONFIG', `environment: IS_HOSTNAME must be a host name, not ${JSON.stringify(text)}`)
  }
  return hostNamesOf(text)
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
  if (hostname.includes('.')) return hostNamesOf(hostname)
  return { short: hostname, fqdn: fqdnFromHosts(hostsFileText ?? '', hostname) ?? hostname }
}

function fqdnFromHosts(text: string, short: string): string | undefined {
  for (const line of text.split('\n')) {
    if (!line.includes(short)) continue
    const [, ...names] = line.replace(/#.*$/s, '').trim().split(/\s+/)
    if (!names.includes(short)) continue
    // The canonical name stands first; some put it behind the short one.
    const [canonical = ''] = names
    const full = canonical.includes('.') ? canonical : names.find((name) => name.startsWith(`${short}.`))
    // 127.0.0.1 with every name of the machine on its line says nothing about its domain.
    if (full !== undefined && !full.startsWith('localhost.')) return full
  }
  return undefined
}
