/** A directory of this host, or one that is mounted. */
import { statSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { lookAtTree, type TreeLook } from '../tree/index.ts'
import { directoryAddress } from './address.ts'
import { runCommand } from './command.io.ts'
import type { Source, SourceContext } from './source.ts'

export const directorySource: Source = {
  fetch: async (address, into, context) => {
    const path = directoryAddress(address)
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw new IsconfError('SOURCE_FAILED', `${path}: no such directory`)
    for (let tries = 0; tries < triesMax; tries += 1) {
      for (const name of await readdir(into)) await rm(join(into, name), { recursive: true })
      if (await copyOnce(path, into, context)) return
    }
    throw new IsconfError('SOURCE_FAILED', `${path}: it keeps changing while it is copied`)
  },
}

/** Whether all of it was copied, as it still is. SOURCE_FAILED. */
async function copyOnce(path: string, into: string, context: SourceContext): Promise<boolean> {
  const before = await lookAtQuiet(path)
  if (before === undefined) return false
  if (before.isTooMuch) throw new IsconfError('SOURCE_FAILED', `${path}: ${before.problems.join('; ')}`)
  try {
    // Verbose, so that it is not taken for one that hangs. Owners stay behind: the copy belongs to who fetches it.
    await runCommand(['cp', '-RPv', '--preserve=mode,timestamps', `${path}/.`, into], { address: path }, context)
  } catch (error) {
    if ((await lookAtQuiet(path))?.id === before.id) throw error
    return false
  }
  // Somebody who is still writing there must not leave us with half of it.
  return (await lookAtTree(into)).id === before.id && (await lookAtQuiet(path))?.id === before.id
}

/** Undefined when something vanishes while it is looked at. */
async function lookAtQuiet(path: string): Promise<TreeLook | undefined> {
  try {
    return await lookAtTree(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** How often a directory is copied that changes meanwhile. */
const triesMax = 3
