/** An archive of a tree from a web server, or a channel that names one. Nothing of it is looked at before it is known to be the right one. */
import { verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { refuseChangeable } from '../../base/changeable.io.ts'
import { sha256Hex } from '../../base/index.ts'
import { treeNames } from '../program/index.ts'
import { archiveAddress, parseChannel, shownAddress } from './address.ts'
import { noteNumber } from './channel-numbers.io.ts'
import { runCommand } from './command.io.ts'
import { downloadFile, downloadSmall } from './download.io.ts'
import { ed25519Key } from './key.io.ts'
import { failed, type Source, type SourceContext } from './source.ts'

export const archiveSource: Source = async (address, into, context) => {
  const asked = archiveAddress(address)
  const { url, sha256 } = asked.isChannel ? await followChannel(asked.url, context) : asked
  const path = join(context.scratch, 'archive')
  const found = await downloadFile(url, path, archiveBytesMax, context)
  if (sha256 !== undefined && found !== sha256)
    throw failed(`${shownAddress(url.href)}: its SHA-256 is ${found}, not ${sha256}`)
  if (sha256 === undefined) await checkSignature(url, readFileSync(path), context)
  const environment = { LC_ALL: 'C', TAR_OPTIONS: '' }
  // By tar, which knows itself how one is compressed; verbose, so that it is not taken for one that hangs.
  const words = ['--extract', '--verbose', '--file', path, '--directory', into]
  const command = ['tar', ...words, '--no-same-owner', '--preserve-permissions']
  await runCommand(command, { address: url.href, environment }, context)
  await withoutTopDirectory(into, context.scratch)
}

/** A compressed tree is far smaller; a signature is checked in memory. */
const archiveBytesMax = 256 * 1024 * 1024
/** A line with a hash and a name. */
const channelBytesMax = 4096
/** 64 bytes of Ed25519, and room to say what is wrong with others. */
const signatureBytesMax = 4096

async function followChannel(url: URL, context: SourceContext): Promise<{ url: URL; sha256: string }> {
  const bytes = await downloadSmall(url, channelBytesMax, context)
  await checkSignature(url, bytes, context)
  const channel = parseChannel(bytes.toString())
  if (!channel)
    throw failed(`${shownAddress(url.href)}: neither an archive by its name (.tar.gz) nor a channel that names one`)
  if (context.channels) await noteNumber(url, channel, context.channels)
  const archive = new URL(channel.archive, url)
  archive.username = url.username
  archive.password = url.password
  return { url: archive, sha256: channel.sha256 }
}

/** With a key only what is signed by it counts. SOURCE_FAILED, CONFIG, OPEN_TO_OTHERS. */
async function checkSignature(url: URL, bytes: Uint8Array, context: SourceContext): Promise<void> {
  const { key: keyPath } = context.settings
  if (keyPath === undefined) return
  refuseChangeable('hostkeeperKey', keyPath)
  const key = ed25519Key('public', keyPath)
  const place = new URL(url)
  place.pathname += '.sig'
  const signature = await downloadSmall(place, signatureBytesMax, context)
  if (!verify(null, bytes, key, signature))
    throw failed(`${shownAddress(url.href)} (SHA-256 ${sha256Hex(bytes)}) is not signed by the key in ${keyPath}`)
}

/** An archive with one directory that holds everything, as `git archive --prefix` makes it, is that directory. */
async function withoutTopDirectory(into: string, scratch: string): Promise<void> {
  const [only, ...others] = await readdir(into)
  if (only === undefined || others.length > 0 || only === treeNames.hosts) return
  if (!(await lstat(join(into, only))).isDirectory()) return
  const top = join(scratch, 'top')
  await rename(join(into, only), top)
  await rm(into, { recursive: true })
  await rename(top, into)
}
