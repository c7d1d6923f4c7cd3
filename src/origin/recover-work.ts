/** Completes what a verb began before a crash, so that no host goes on with half of it. */
import { publicKeyText } from '../journal/index.ts'
import { recoverCheckIn, recoveredText } from './ci.ts'
import { finishDrop } from './drop.ts'
import { dropRecorded } from './unrecorded.ts'
import type { OriginDeps } from './work.ts'

type RecoverDeps = Omit<OriginDeps, 'agreement'>

/** What was completed, for people. */
export async function recoverWork(deps: RecoverDeps): Promise<readonly string[]> {
  await dropRecorded(deps)
  const checkedIn = await recoverCheckIn(deps)
  const other = await finishLockOrDrop(deps)
  return [checkedIn && recoveredText(checkedIn), other].filter((text) => text !== undefined)
}

/**
 * State that is both in the branch and in the work, or in the marks and in the work, is written one after the other:
 * completes the second write.
 */
async function finishLockOrDrop(deps: RecoverDeps): Promise<string | undefined> {
  const { branch, work, key } = deps
  const { header, operations } = work
  const { lock, head } = branch.state
  if (!header) {
    if (lock?.key !== publicKeyText(key)) return undefined
    const { id, user, host, message, since } = lock
    await work.begin({ branch: branch.name, base: head, lock: id, message, author: `${user}@${host}`, since })
    return 'finished a lock that was interrupted'
  }
  if (header.branch !== branch.name || lock?.id === header.lock) return undefined
  if (operations.length > 0) {
    const count = await finishDrop(deps)
    return count === undefined ? undefined : `finished a wip drop that was interrupted; operations dropped: ${count}`
  }
  await work.clear()
  return 'finished giving back a lock, which was interrupted'
}
