/** Who vouches for a script: root runs it. */
import { IsconfError } from '../../base/index.ts'
import type { ProgramContext } from '../program/index.ts'
import { shownAddress } from '../sources/index.ts'
import type { Script } from './address.ts'

/**
 * Refuses a script without a hash that comes by http from another host, unless HOSTKEEPER_INSECURE says otherwise, which
 * is then said. CONFIG.
 */
export function refuseUnvouched(script: Script, { settings, say }: Pick<ProgramContext, 'settings' | 'say'>): void {
  const url = unvouchedUrl(script)
  if (url === undefined) return
  const shown = shownAddress(url.href)
  if (settings.insecure === 'yes') {
    say(`anybody on the way could have changed ${shown} (HOSTKEEPER_INSECURE)`)
    return
  }
  throw new IsconfError('CONFIG', `${shown}: anybody on the way could change what is sent by http`, {
    hint: 'nothing was run; give its hash (exech --sha256 HEX), use https or the package bank, or set HOSTKEEPER_INSECURE=yes',
  })
}

/** What stays on this host nobody is on the way of. */
const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Its address, when nobody vouches for it. */
export function unvouchedUrl({ address, sha256 }: Script): URL | undefined {
  if (address.kind !== 'web' || sha256 !== undefined || address.url.protocol === 'https:') return undefined
  return loopback.test(address.url.hostname) ? undefined : address.url
}
