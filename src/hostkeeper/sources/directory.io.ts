/** A directory of this host, or one that is mounted. */
import { statSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { lookAtTree } from '../update/content.io.ts'
import { directoryAddress } from './address.ts'
import { runCommand } from './command.io.ts'
import type { Source } from './source.ts'

export const directorySource: Source = {
  fetch: async (address, into, context) => {
    const path = directoryAddress(address)
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw new IsconfError('SOURCE_FAILED', `${path}: no such directory`)
    for (let tries = 0; tries < triesMax; tries += 1) {
      for (const name of await readdir(into)) await rm(join(into, name), { recursive: true })
      const { id } = await lookAtTree(path)
      await runCommand(['cp', '-RPp', `${path}/.`, into], { address }, context)
      // Somebody who is still writing there must not leave us with half of it.
      if ((await lookAtTree(into)).id === id && (await lookAtTree(path)).id === id) return
    }
    throw new IsconfError('SOURCE_FAILED', `${path}: somebody changes it while it is copied`)
  },
}

/** How often a directory is copied that changes meanwhile. */
const triesMax = 3
