/** Rehearsals on this host's own disks. */
import { rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { systemDisk as disk } from '../base/disk.io.ts'
import { threadPoolHasher as hasher } from '../base/hash.io.ts'
import { systemRandom as random } from '../base/random.io.ts'
import { openStore, workerWholeHasher } from '../store/index.ts'
import type { LiveConfig } from './live-config.ts'
import type { PeerFiles, Rehearsals } from './rehearsals.ts'

export function rehearsalsHere(live: LiveConfig, environment: () => Record<string, string>): Rehearsals {
  const { home, volroot } = live.started
  return {
    consent: () => live.rehearsalConsent(),
    openFiles: () => openFiles(join(home, 'rehearsal.files')),
    run: async ({ operations, takenBack, withNetwork, again, forPeer }, listener, signal) => {
      // Only here: few changes are rehearsed.
      const { rehearse } = await import('../rehearsal/index.ts')
      const store = forPeer?.files ?? join(home, 'store')
      const job = { operations, takenBack, volroot, home, store, environment: environment(), owner: live.now.owner }
      const hidden = forPeer ? [join(home, 'conf/host.key'), live.now.hmacKeysPath] : []
      return rehearse({ job, space: join(home, 'rehearsal'), hidden, withNetwork, again }, listener, signal)
    },
  }
}

/** A store of its own, so that nothing that a journal needs is ever removed with it. */
async function openFiles(directory: string): Promise<PeerFiles> {
  // What a daemon that was killed has left.
  await rm(directory, { recursive: true, force: true })
  const store = await openStore({ disk, directory, hasher, wholeHasher: workerWholeHasher(), random })
  const { bavail, bsize } = await statfs(directory)
  return {
    ...{ store, directory },
    roomBytes: Math.floor((bavail * bsize) / 2),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}
