/** Packs a tree into an archive whose name and bytes say what is in it. */
import { type KeyObject, sign } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { IsconfError, sha256Hex } from '../../base/index.ts'
import { scratchDirectory, writeWhole } from '../program/index.ts'
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
  const scratch = scratchDirectory('hostkeeper-')
  try {
    return await work(scratch)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
