/** The network that an address of the mesh belongs to, as far as its text tells. */
import { parseAddress } from './address.ts'

/** The first 24 bits of an IPv4 address, the first 64 or fewer of an IPv6 one; of a name the name. */
export function networkOf(address: string): string {
  const host = parseAddress(address)?.host ?? address
  if (/^[\d.]+$/.test(host)) return host.split('.').slice(0, 3).join('.')
  if (!host.includes(':')) return host
  const [prefix = ''] = host.split('::')
  return prefix.split(':').slice(0, 4).join(':')
}
