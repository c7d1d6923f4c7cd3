/** A directory of this host, or one that is mounted. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Directory } from '../../base/directory.io.ts'
import { errnoCode } from '../../base/index.ts'
import { walking } from '../../base/walk.io.ts'
import { lookAtTree, lookInto, type TreeLook } from '../tree/index.ts'
import { directoryAddress } from './address.ts'
import { runCommand } from './command.io.ts'
import { failed, type Source, type SourceContext } from './source.ts'

export const directorySource: Source = async (address, into, context) => {
  const path = directoryAddress(address)
  await walking('/', async (walk) => {
    const from = await walk.directory(path).catch((error) => {
      if (!['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '')) throw error
      throw failed(`${path}: no such directory`)
    })
    for (let tries = 0; tries < triesMax; tries += 1) {
      for (const name of await readdir(into)) await rm(join(into, name), { recursive: true })
      if (await copyOnce(from, path, into, context)) return
    }
    throw failed(`${path}: it keeps changing while it is copied`)
  })
}

/** Whether all of it was copied, as it still is. SOURCE_FAILED. */
async function copyOnce(from: Directory, path: string, into: string, context: SourceContext): Promise<boolean> {
  const before = await lookQuietly(from)
  if (before === undefined) return false
  if (before.isTooMuch) throw failed(`${path}: ${before.problems.join('; ')}`)
  try {
    // Verbose, so that it is not taken for one that hangs. Owners stay behind: the copy belongs to who fetches it.
    const command = ['cp', '-RPv', '--preserve=mode,timestamps', '.', into]
    await runCommand(command, { address: path, cwd: from.self }, context)
  } catch (error) {
    if ((await lookQuietly(from))?.id === before.id) throw error
    return false
  }
  // Somebody who is still writing there must not leave us with half of it.
  return (await lookAtTree(into)).id === before.id && (await lookQuietly(from))?.id === before.id
}

/** Undefined when something vanishes while it is looked at. */
async function lookQuietly(directory: Directory): Promise<TreeLook | undefined> {
  try {
    return await lookInto(directory)
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** How often a directory is copied that changes meanwhile. */
const triesMax = 3
