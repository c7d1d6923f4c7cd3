/** Who vouches for a script: root runs it. */
import type { ProgramContext } from '../program/index.ts'
import { changeable, sayChangeable, shownAddress } from '../sources/index.ts'
import type { Script } from './address.ts'

/** Refuses a script without a hash that comes by http from another host, or says it each time. CONFIG. */
export function refuseUnvouched(script: Script, context: Pick<ProgramContext, 'settings' | 'say'>): void {
  const url = unvouchedUrl(script)
  if (url === undefined) return
  const vouching = 'give its hash (exech --sha256 HEX), use https or the package bank, or set HOSTKEEPER_INSECURE=yes'
  if (context.settings.insecure === 'no') throw changeable(url.href, 'http', `nothing was run; ${vouching}`)
  sayChangeable(shownAddress(url.href), context)
}

/** What stays on this host nobody is on the way of. */
const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Its address, when nobody vouches for it. */
export function unvouchedUrl({ address, sha256 }: Script): URL | undefined {
  if (address.kind !== 'web' || sha256 !== undefined || address.url.protocol === 'https:') return undefined
  return loopback.test(address.url.hostname) ? undefined : address.url
}
