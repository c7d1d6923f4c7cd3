/** `hold --branch` and `release --branch`: recorded under the lock, and in force for every host that has the changeset. */
import { IsconfError } from '../base/index.ts'
import { type BranchHold, holdOf } from '../branch/index.ts'
import { heldText, refuseHeld } from '../host/index.ts'
import { refuseRebooting } from './reboot.ts'
import { type OriginDeps, requireWork } from './work.ts'

/**
 * Holds the branch from the next ci on. Returns the reason; if none is given, it is the lock's message. ALREADY_HELD.
 */
export async function holdBranch(deps: OriginDeps, user: string, why: string | undefined): Promise<string> {
  const { header, held, what } = await begin(deps, user)
  if (held) refuseHeld(what, held, 'isconf release --branch')
  const reason = why ?? header.message
  await deps.work.add({ type: 'hold', why: reason })
  return reason
}

/** Ends the hold of the branch from the next ci on. Returns the hold. NOT_HELD. */
export async function releaseBranch(deps: OriginDeps, user: string, why: string | undefined): Promise<string> {
  const { header, held, what } = await begin(deps, user)
  if (!held) throw new IsconfError('NOT_HELD', `${what} is not held`)
  await deps.work.add({ type: 'release', why: why ?? header.message })
  return heldText(what, held)
}

async function begin(deps: OriginDeps, user: string) {
  const { branch, work } = deps
  const header = requireWork(deps, user, 'directive')
  await refuseRebooting(deps)
  const last = work.operations.findLast(({ type }) => type === 'hold' || type === 'release')
  const held: Omit<BranchHold, 'sequence'> | undefined =
    last?.type === 'hold'
      ? { by: header.author, why: last.why, since: 'the next ci' }
      : last
        ? undefined
        : await holdOf(branch)
  return { header, held, what: `branch ${branch.name}` }
}
