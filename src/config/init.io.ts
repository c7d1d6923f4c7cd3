/** `isconf init`: gives a host its domain and the key of that, on disk, where nothing of the kind is yet. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemDisk } from '../base/disk.io.ts'
import { type DomainName, IsconfError } from '../base/index.ts'
import { systemRandom } from '../base/random.io.ts'
import { type Config, domainFilePath } from './config.ts'
import { parseHmacKeys } from './hmac-keys.ts'
import { readTextFile } from './text-file.io.ts'

export interface DomainGiven {
  readonly domainPath: string
  readonly keysPath: string
  /** Whether the key was made here, was handed in, or was there before. */
  readonly key: 'made' | 'given' | 'kept'
}

/** The length of a SHA-1 hash, which the manual asks for; written as twice as many characters. */
const keyBytes = 20

/**
 * Writes the domain, and its keys: those that are handed in as the text of a file, those that are there, or a new one.
 * DOMAIN_SET when the host has a domain, or had this one before; FILE_EXISTS when other keys are there; CONFIG when what
 * is handed in or there holds no key. Nothing is written then.
 */
export async function giveDomain(config: Config, domain: DomainName, keys: string | undefined): Promise<DomainGiven> {
  const { home, hmacKeysPath: keysPath } = config
  const domainPath = domainFilePath(home)
  if (config.domain) {
    const { name, source } = config.domain
    const hint = `nothing was changed; to use other keys in this domain, put them into ${keysPath}`
    const isForKeys = name === domain && keys !== undefined
    const message = `this host is already in the domain ${name} (from ${source})`
    throw new IsconfError('DOMAIN_SET', message, isForKeys ? { hint } : {})
  }
  if (existsSync(`${home}/left/${domain}`)) {
    throw new IsconfError(
      'DOMAIN_SET',
      `this host was in the domain ${domain} before and would do all its operations again`,
      {
        hint: `rebuild the host from its image; or, if nothing was done in that domain, remove ${home}/left/${domain}`,
      },
    )
  }
  const there = readTextFile(keysPath)
  if (there !== undefined && keys !== undefined && there !== keys) {
    throw new IsconfError('FILE_EXISTS', `${keysPath} already contains other keys`)
  }
  const text = there ?? keys ?? `${Buffer.from(systemRandom.bytes(keyBytes)).toString('hex')}\n`
  const where = there === undefined ? 'the keys that were given' : keysPath
  if (parseHmacKeys(text, where).proves === undefined) throw new IsconfError('CONFIG', `${where}: it contains no key`)
  await systemDisk.makeDirectory(dirname(domainPath))
  if (there === undefined) {
    await systemDisk.makeDirectory(dirname(keysPath))
    await systemDisk.replaceFile(keysPath, text)
  }
  await systemDisk.replaceFile(domainPath, `${domain}\n`)
  return { domainPath, keysPath, key: there !== undefined ? 'kept' : keys === undefined ? 'made' : 'given' }
}
