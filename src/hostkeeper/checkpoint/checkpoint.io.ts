/** Packs trees into archives, which never change, publishes them, and moves channels from one to another. */
import { type KeyObject, sign } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { IsconfError, sha256Hex } from '../../base/index.ts'
import { scratchDirectory, writeWhole } from '../program/index.ts'
import { type Channel, channelText, parseChannel, runCommand } from '../sources/index.ts'
import { bringTree, type TreeDeps } from '../update/index.ts'
import type { Destination } from './destination.io.ts'

/** Checks the tree at an address as a boot does, and packs it into the directory `into`; the path of the archive. */
export async function buildCheckpoint(
  address: string,
  name: string,
  into: string,
  key: KeyObject | undefined,
  deps: TreeDeps,
): Promise<string> {
  return withScratch(async (scratch) => {
    const tree = join(scratch, 'tree')
    const { id } = await bringTree(address, tree, join(scratch, 'source'), deps)
    const packed = join(scratch, 'packed')
    // Nothing but the tree decides about the bytes: no time, no owner, no order of a directory.
    const words = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu']
    words.push('--use-compress-program=gzip -n -9')
    const environment = { LC_ALL: 'C', TAR_OPTIONS: '' }
    const command = ['tar', '--create', '--file', packed, '--directory', tree, ...words, '.']
    await runCommand(command, { address, environment }, deps)
    const archive = `${name}-${id}.tar.gz`
    const path = join(into, archive)
    const bytes = readFileSync(packed)
    if (existsSync(path) && !readFileSync(path).equals(bytes))
      throw new IsconfError('CHECKPOINT_TAKEN', `${path} already exists with other content`)
    await writeWhole(path, bytes)
    await writeWhole(`${path}.sha256`, channelText({ archive, sha256: sha256Hex(bytes), number: 0 }))
    if (key) await writeWhole(`${path}.sig`, sign(null, bytes, key))
    return path
  })
}

/** Copies an archive with its checksum and its signature; whether it was not there before. CHECKPOINT_TAKEN. */
export async function pushCheckpoint(archive: string, to: Destination): Promise<boolean> {
  const name = basename(archive)
  if (!existsSync(archive)) throw new IsconfError('NO_SUCH_FILE', `no such file: ${archive}`)
  const sha256 = sha256Hex(readFileSync(archive))
  return withScratch(async (scratch) => {
    const there = join(scratch, 'there')
    if (await to.get(name, there)) {
      if (sha256Hex(readFileSync(there)) === sha256) return false
      throw new IsconfError('CHECKPOINT_TAKEN', `${to.shown} already has a different ${name}`)
    }
    const sum = join(scratch, `${name}.sha256`)
    await writeWhole(sum, channelText({ archive: name, sha256, number: 0 }))
    const signature = `${archive}.sig`
    await to.put([...(existsSync(signature) ? [signature] : []), archive, sum])
    return true
  })
}

export interface Tagging {
  /** Where the channel was; undefined when it is new. */
  readonly from: string | undefined
  readonly to: string
}

/** Makes a channel name a published archive. CHECKPOINT_TAKEN when it names another one and `move` was not said. */
export async function tagCheckpoint(
  channel: string,
  archive: string,
  to: Destination,
  { move, key }: { readonly move: boolean; readonly key: KeyObject | undefined },
): Promise<Tagging> {
  return withScratch(async (scratch) => {
    const wanted = await published(archive, to, scratch)
    const before = await channelAt(channel, to, scratch)
    if (before !== undefined && before.archive !== wanted.archive && !move)
      throw new IsconfError('CHECKPOINT_TAKEN', `the channel ${channel} of ${to.shown} points to ${before.archive}`)
    const path = join(scratch, channel)
    // Hosts follow a channel only to a larger number: whoever puts an old one back gets nowhere.
    const isSame = before?.archive === wanted.archive && before.number > 0
    const text = channelText({ ...wanted, number: (before?.number ?? 0) + (isSame ? 0 : 1) })
    await writeWhole(path, text)
    if (key) await writeWhole(`${path}.sig`, sign(null, Buffer.from(text), key))
    await to.put(key ? [`${path}.sig`, path] : [path])
    return { from: before?.archive, to: wanted.archive }
  })
}

/** The archive as it is there: nobody is sent to one that is not, or that is damaged. */
async function published(archive: string, to: Destination, scratch: string): Promise<Channel> {
  const path = join(scratch, 'archive')
  if (!(await to.get(archive, path)))
    throw new IsconfError('NO_SUCH_FILE', `${to.shown} has no ${archive}`, {
      hint: 'publish it first: hostkeeper checkpoint push',
    })
  const sum = join(scratch, 'sum')
  const said = (await to.get(`${archive}.sha256`, sum)) ? parseChannel(readFileSync(sum, 'utf8')) : undefined
  const sha256 = sha256Hex(readFileSync(path))
  if (said?.sha256 === sha256) return { archive, sha256, number: 0 }
  throw new IsconfError('SOURCE_FAILED', `${to.shown}: ${archive} is not what ${archive}.sha256 says`, {
    hint: 'it was changed, or not published completely: hostkeeper checkpoint push',
  })
}

async function channelAt(channel: string, to: Destination, scratch: string): Promise<Channel | undefined> {
  const path = join(scratch, 'channel')
  if (!(await to.get(channel, path))) return undefined
  const found = parseChannel(readFileSync(path, 'utf8'))
  if (found) return found
  throw new IsconfError('CHECKPOINT_TAKEN', `${channel} of ${to.shown} is not a channel`, {
    hint: 'choose another name for the channel',
  })
}

/** A directory for what is under way; removed afterwards. */
async function withScratch<T>(work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = scratchDirectory('hostkeeper-')
  try {
    return await work(scratch)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
