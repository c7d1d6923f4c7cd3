/** Reads the file that IS_NETS names: the hosts to connect to, one a line. */
import { isHostName } from './host-names.ts'
import { type Problem, type Scanned, withoutProblems } from './problems.ts'
import { ipVersion, parsePort } from './values.ts'

export interface NetAddress {
  /** A host name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string
  readonly port: number
}

export interface Nets {
  readonly addresses: readonly NetAddress[]
  /** Whether an old `udp` line names a broadcast address, which asks for local discovery. */
  readonly broadcast: boolean
}

/** What holds without a nets file. */
export const noNets: Nets = Object.freeze({ addresses: Object.freeze([]), broadcast: false })

/** More hosts than a host needs to know by address: the rest is found through these. */
export const netAddressesMax = 10_000

/** The addresses in `text`; those without a port get `isPort`. CONFIG, with `path` and the line, for a wrong line. */
export function parseNets(text: string, path: string, isPort: number): Nets {
  return withoutProblems(scanNets(text, isPort), path)
}

/** The addresses in `text`, and every line that is wrong. */
export function scanNets(text: string, isPort: number): Scanned<Nets> {
  const addresses: NetAddress[] = []
  const problems: Problem[] = []
  let broadcast = false
  for (const [index, raw] of text.split('\n').entries()) {
    const words = raw.replace(/#.*$/s, '').trim().split(/\s+/)
    if (words[0] === '') continue
    const line = index + 1
    const parsed = parseLine(words, isPort)
    if ('problem' in parsed) problems.push({ line, message: parsed.problem })
    else if ('broadcast' in parsed) broadcast = true
    else if (addresses.push(parsed) === netAddressesMax + 1) {
      problems.push({ line, message: `more than ${netAddressesMax} addresses` })
    }
  }
  return { value: Object.freeze({ addresses: Object.freeze(addresses), broadcast }), problems }
}

/** The address as the mesh writes it. */
export function multiaddrOf({ host, port }: NetAddress): string {
  const version = ipVersion(host)
  return `/${version === undefined ? 'dns' : `ip${version}`}/${host}/tcp/${port}`
}

type Line = NetAddress | { readonly broadcast: true } | { readonly problem: string }

function parseLine(words: readonly string[], isPort: number): Line {
  const [first = '', second, ...more] = words
  const isOld = first === 'udp'
  const address = second === undefined && !isOld && first !== 'tcp' ? first : second
  if (address === undefined) return { problem: `${first} without an address` }
  if (more.length > 0 || (address === second && !isOld && first !== 'tcp')) {
    return { problem: `must be: tcp HOST[:PORT], or HOST[:PORT]; not ${JSON.stringify(words.join(' '))}` }
  }
  // The netmask is not known here; old files hold the last address of a network of 256 or more.
  if (isOld && ipVersion(address) === 4 && address.endsWith('.255')) return { broadcast: true }
  return parseAddress(address, isPort)
}

function parseAddress(text: string, isPort: number): Line {
  const [, bracketed, plain, portText] = text.match(/^(?:\[([^\]]*)\]|([^:]*))(?::([^:]*))?$/) ?? []
  // More than one colon and no brackets: an IPv6 address, which can't have a port behind it.
  const host = bracketed ?? plain ?? text
  const isIp = ipVersion(host) !== undefined
  const looksLikeIp = bracketed !== undefined || host.includes(':') || /^[\d.]+$/.test(host)
  if (!isIp && (looksLikeIp || !isHostName(host))) {
    return { problem: `not a host or an address: ${JSON.stringify(text)}` }
  }
  if (portText === undefined) {
    return isPort === 0 ? { problem: `${host} needs a port, because IS_PORT is 0` } : { host, port: isPort }
  }
  const port = parsePort(portText)
  if ('problem' in port || port.value === 0) return { problem: `not a port: ${JSON.stringify(portText)}` }
  return { host, port: port.value }
}
