/** Addresses of sources, as the setting HOSTKEEPER_SOURCE has them. */
import { posix } from 'node:path'
import { IsconfError, isName } from '../../base/index.ts'

/** What stands before the first colon; `file` for a path, `git` also for `git+https` and its like. CONFIG. */
export function schemeOf(address: string): string {
  if (address.startsWith('/')) return 'file'
  const [, scheme] = /^([a-z]+)(?:\+[a-z]+)?:./.exec(address) ?? []
  if (scheme !== undefined) return scheme
  throw badAddress(`HOSTKEEPER_SOURCE takes an address of a source, not ${shownAddress(address)}`)
}

/** For what is no source. */
export const badAddress = (message: string): IsconfError =>
  new IsconfError('CONFIG', message, { hint: 'hostkeeper(8) has them under SOURCES, each with an example' })

/** An address as a person may see it: without names and passwords, queries and the words of a command. */
export function shownAddress(address: string): string {
  const [, command] = /^exec:\s*(\S+)\s+\S/.exec(address) ?? []
  if (command !== undefined) return `exec:${command} ...`
  return withoutSecrets(address)
}

/** Text of another program without what stands before an @ or behind a ? in the addresses in it. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/(\w+:\/\/)[^\s/'"?#]*@/g, '$1').replaceAll(/(\w+:\/\/[^\s?'"#]*)\?[^\s'"#]*/g, '$1?...')
}

/** A git address apart from the `#` and the ref that may follow it. CONFIG. */
export function gitAddress(address: string): { readonly url: string; readonly ref: string | undefined } {
  const [, url = '', ref] = /^(?:git\+(?=[a-z]+:))?([^#]*)(?:#(.*))?$/.exec(address) ?? []
  if (ref === undefined) return { url, ref }
  if (/^[\w][\w./+-]*$/.test(ref) && !ref.includes('..')) return { url, ref }
  throw new IsconfError('CONFIG', `${shownAddress(address)}: not a branch, tag or commit: ${JSON.stringify(ref)}`)
}

/** What rsync is to be told for `rsync://HOST/MODULE` and for `rsync:HOST:PATH`; the slash means what is in it. */
export function rsyncAddress(address: string): string {
  const target = address.startsWith('rsync://') ? address : address.slice('rsync:'.length)
  return target.endsWith('/') ? target : `${target}/`
}

/** The path that `/path` or `file:///path` names. CONFIG. */
export function directoryAddress(address: string): string {
  if (address.startsWith('/')) return address
  const [, path] = /^file:(?:\/\/)?(\/(?!\/).*)$/.exec(address) ?? []
  if (path !== undefined) return path
  throw badAddress(`${address}: no absolute path`)
}

/** A tree that was snapped on a branch. */
export interface IsconfAddress {
  /** As the journal has it. */
  readonly path: string
  /** The host's own when it is not named. */
  readonly branch: string | undefined
}

/** The path and the branch of `isconf:/PATH@BRANCH`. CONFIG. */
export function isconfAddress(address: string): IsconfAddress {
  const [, path = '', branch] = /^isconf:(?:\/\/)?(\/.*?)(?:@([^/@]*))?$/.exec(address) ?? []
  const plain = path.replace(/(.)\/+$/, '$1')
  if (plain === '' || posix.normalize(plain) !== plain)
    throw badAddress(`${address}: isconf: takes an absolute path, optionally followed by @ and a branch`)
  if (branch !== undefined && !isName(branch))
    throw badAddress(`${address}: not a branch name: ${JSON.stringify(branch)}`)
  return { path: plain, branch }
}

/** An archive of a tree, or a channel that names one. */
export interface ArchiveAddress {
  readonly url: URL
  readonly sha256: string | undefined
  /** Whether the address is that of a small file that names the archive. */
  readonly isChannel: boolean
}

/** CONFIG for what is no address, and for a fragment that is no checksum. */
export function archiveAddress(address: string): ArchiveAddress {
  const [text = '', ...fragments] = address.split('#')
  const fragment = fragments.join('#')
  const [, sha256] = /^sha256=([0-9a-f]{64})$/i.exec(fragment) ?? []
  const refusal = (why: string): IsconfError => new IsconfError('CONFIG', `${shownAddress(text)}: ${why}`)
  if (!URL.canParse(text)) throw new IsconfError('CONFIG', `no address: ${shownAddress(address)}`)
  if (fragment !== '' && sha256 === undefined)
    throw refusal(`#sha256= and 64 hexadecimal digits may follow, not #${fragment}`)
  const url = new URL(text)
  const isChannel = !/\.(tar|tar\.gz|tgz)$/.test(url.pathname)
  if (isChannel && sha256 !== undefined) throw refusal('a channel takes no #sha256=, because it contains the checksum')
  return { url, sha256: sha256?.toLowerCase(), isChannel }
}

/** Whether this can stand in a channel, as the name of an archive beside it. */
export function isArchiveName(name: string): boolean {
  return /^\w[\w.+-]*\.tar\.gz$/.test(name)
}

/** What a channel says: the archive that stands beside it, its checksum, and which one of the channel it is. */
export interface Channel {
  readonly archive: string
  readonly sha256: string
  /** Grows whenever the channel is moved; 0 in one that was made without. */
  readonly number: number
}

/** A channel is written as sha256sum writes, so that `sha256sum -c` reads it, too. */
export function channelText({ archive, sha256, number }: Channel): string {
  return `${sha256}  ${archive}\n${number > 0 ? `# number ${number}\n` : ''}`
}

/** Undefined when the text is no channel. */
export function parseChannel(text: string): Channel | undefined {
  const [, sha256, archive, number] = /^([0-9a-f]{64}) [ *](.*)\n(?:# number ([1-9]\d{0,14})\n)?$/.exec(text) ?? []
  if (sha256 === undefined || archive === undefined || !isArchiveName(archive)) return undefined
  return { archive, sha256, number: Number(number ?? 0) }
}
