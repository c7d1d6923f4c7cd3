/** Whose changeset may name a lock: the lock is granted to a key, and that key signs. */
import { IsconfError } from '../base/index.ts'
import type { SignedChangeset } from '../journal/index.ts'
import type { BranchState } from './state.ts'

/**
 * Refuses a changeset that follows the head and names the lock which the branch granted to another key: its id is known
 * to every host. JOURNAL_DAMAGED names the peer. Another lock may have been taken out of this host's sight.
 */
export function refuseOthersLock({ lock }: BranchState, { id, changeset }: SignedChangeset, from: string): void {
  if (lock?.id !== changeset.lock || lock.key === changeset.key) return
  const whose = `${lock.user}@${lock.host}`
  throw new IsconfError(
    'JOURNAL_DAMAGED',
    `${from}: the changeset ${id} names the lock of ${whose}, and is not signed by the key that has it`,
  )
}
