/** Who vouches for what a source gives: one rule for all kinds. */
import { IsconfError } from '../../base/index.ts'
import type { ProgramContext, Settings } from '../program/index.ts'
import { archiveAddress, gitAddress, schemeOf, shownAddress } from './address.ts'

type Vouching = Pick<Settings, 'key' | 'insecure'>
type Saying = Pick<ProgramContext, 'settings' | 'say'>

/**
 * Refuses what comes over a network by a protocol in which anybody on the way can change it, unless a checksum, a key
 * or the setting HOSTKEEPER_INSECURE says otherwise. CONFIG.
 */
export function refuseUnvouched(address: string, settings: Vouching): void {
  const by = unvouchedBy(address, settings)
  if (by === undefined || settings.insecure === 'yes') return
  throw changeable(address, by, vouchingHint(by))
}

export function changeable(address: string, by: string, hint: string): IsconfError {
  const message = `${shownAddress(address)}: anybody on the way could change what is sent by ${by}`
  return new IsconfError('CONFIG', message, { hint })
}

/** Says that nobody vouches for the tree of a source, where the settings take it all the same. */
export function sayUnvouched({ settings, say }: Saying): void {
  const { source, insecure } = settings
  if (source !== undefined && insecure === 'yes' && unvouchedBy(source, settings) !== undefined)
    sayChangeable(`the tree of ${shownAddress(source)}`, { say })
}

export function sayChangeable(what: string, { say }: Pick<Saying, 'say'>): void {
  say(`anybody on the way could have changed ${what} (HOSTKEEPER_INSECURE)`)
}

/** With a key every tree is signed, or its bytes are named by the address. CONFIG. */
export function refuseUnsigned(address: string, { key }: Vouching): void {
  if (key === undefined || ['http', 'https'].includes(schemeOf(address))) return
  throw new IsconfError('CONFIG', `${shownAddress(address)}: HOSTKEEPER_KEY is set, and nothing is signed there`, {
    hint: 'publish the tree as a signed checkpoint (hostkeeper checkpoint build --key), or take HOSTKEEPER_KEY out',
  })
}

/** The protocol over which a tree comes for which nobody vouches; undefined where somebody does. */
export function unvouchedBy(address: string, { key }: Pick<Settings, 'key'>): string | undefined {
  const scheme = schemeOf(address)
  if (scheme === 'rsync') return address.startsWith('rsync://') ? 'rsync' : undefined
  if (scheme === 'git') {
    // By file it comes from this host, by ssh and https the server proves itself.
    const [, protocol = ''] = /^([a-z]+):/.exec(gitAddress(address).url) ?? []
    return ['file', 'ssh', 'https'].includes(protocol) ? undefined : protocol
  }
  return scheme === 'http' && key === undefined && archiveAddress(address).sha256 === undefined ? 'http' : undefined
}

function vouchingHint(by: string): string {
  const otherwise = { git: 'use git+https:// or git+ssh://', rsync: 'use rsync by ssh, as rsync:HOST:PATH' }[by]
  const web = 'add #sha256=HEX to the address, set HOSTKEEPER_KEY and sign it, or use https'
  return `${otherwise ?? web}; or take it as it comes, which each run then says: HOSTKEEPER_INSECURE=yes`
}
