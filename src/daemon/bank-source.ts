/** The package bank of this host's branch, for what serves it. */
import type { BankSource } from '../bank/index.ts'
import type { HostDaemon } from './host-daemon.ts'

export function bankSource(daemon: Pick<HostDaemon, 'banks' | 'branch' | 'blobs'>): BankSource {
  // The branch changes with `isconf migrate`.
  const files = () => daemon.banks.filesOf(daemon.branch)
  return {
    find: async (name) => ({ branch: daemon.branch.name, blob: (await files()).get(name)?.blob }),
    names: async () => [...(await files()).keys()].sort(),
    read: ({ blob }, range, signal) => daemon.blobs.read(blob, range, signal),
  }
}
