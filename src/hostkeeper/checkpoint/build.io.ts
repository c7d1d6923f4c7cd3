/** Packs a tree into an archive whose name and bytes say what is in it. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errnoText, IsconfError, sha256Hex } from '../../base/index.ts'
import { replace } from '../../base/replace.io.ts'
import { channelText, runCommand } from '../sources/index.ts'
import { type BringDeps, bringTree } from '../update/index.ts'

/** Checks the tree at an address as a boot does, and packs it into the directory `into`; the path of the archive. */
export async function buildCheckpoint(
  address: string,
  name: string,
  into: string,
  key: KeyObject | undefined,
  deps: BringDeps,
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

/** A directory for what is under way; removed afterwards. */
export async function withScratch<T>(work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'hostkeeper-'))
  try {
    return await work(scratch)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Puts a file in place at once, for everybody to read: whoever gives it out is seldom root. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await replace(path, content, { temporary: `${path}.new`, exclusive: false, mode: 0o644 })
  } catch (error) {
    throw new IsconfError('FILE_UNWRITABLE', `cannot write ${path}: ${errnoText(error)}`, { cause: error })
  }
}

/** The Ed25519 key in a PEM file, as `openssl genpkey -algorithm ed25519` writes it. CONFIG. */
export function privateKey(path: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(readFileSync(path))
  } catch (error) {
    throw new IsconfError('CONFIG', `no private key in ${path}: ${errnoText(error)}`, { cause: error })
  }
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new IsconfError('CONFIG', `${path} has a key of type ${key.asymmetricKeyType}, not ed25519`)
}
