/** `fork` makes a new branch from this host's; `migrate` moves this host from one branch to another. */
import { type BranchName, IsconfError, toIsconfError } from '../base/index.ts'
import { type Branch, type Branches, changed, firstBranch, operationsDone, refuseSplit } from '../branch/index.ts'
import { refuseUnlessSuperset, type WithInstalledEarly } from './superset.ts'
import { afterwards, type OriginDeps, refuseOthersWork, refuseUnchecked } from './work.ts'

export interface BranchingDeps extends OriginDeps, WithInstalledEarly {
  readonly branches: Branches
  /** Puts this host on a branch; on disk when it returns. */
  readonly goTo: (branch: Branch) => Promise<void>
}

/**
 * Begins the branch `name` with all that this host's branch has, and moves this host to it. If two hosts fork to one
 * name at the same moment, one of them gets it. BRANCH_EXISTS, UNCHECKED_WORK, NEEDS_REBUILD, SPLIT, OFF_BRANCH.
 */
export async function fork(deps: BranchingDeps, user: string, name: BranchName): Promise<Branch> {
  const { branch: parent, branches, agreement, host } = deps
  refuseToLeave(deps, user)
  await refuseSplit(parent)
  await operationsDone(parent, deps.history.standing.done)
  if (name === parent.name)
    throw new IsconfError('BRANCH_EXISTS', alreadyOn(host, name), { hint: 'choose another name' })
  if (name === firstBranch) throw branchExists(name)
  const child = await branches.obtain(name)
  if (branches.exists(child)) throw branchExists(name)
  // What the parent gets meanwhile is not in the child.
  const { head, length } = parent.state
  await branches.withCopy(parent, length, child, (journal) =>
    agreement.change(child, (now) => {
      const to = changed(now, { type: 'fork', head, length })
      return length > 0 ? { to, journal } : { to }
    }),
  )
  await afterwards(`branch ${name} is made; this host has yet to go there: run \`isconf migrate ${name}\``, () =>
    leaveFor(deps, child),
  )
  return child
}

/**
 * Moves this host to the branch `name`, if that continues all that was done here. NOT_A_SUPERSET names the first
 * difference. NO_SUCH_BRANCH, UNCHECKED_WORK, NEEDS_REBUILD, SPLIT.
 */
export async function migrate(deps: BranchingDeps, user: string, name: BranchName): Promise<Branch> {
  const { branch, branches, host } = deps
  if (name === branch.name) throw new IsconfError('USAGE', alreadyOn(host, name))
  refuseToLeave(deps, user)
  const to = branches.named(name)
  await refuseSplit(to)
  await refuseUnlessSuperset(deps, to)
  await leaveFor(deps, to)
  return to
}

function refuseToLeave(deps: OriginDeps, user: string): void {
  const { work, rebuild, host } = deps
  refuseUnchecked(work)
  rebuild.refuse(host)
  const { header } = work
  if (header) refuseOthersWork(deps, header, user)
}

/** Gives back a lock under which nothing was done: it belongs to the branch that this host leaves. */
async function leaveFor({ branch, branches, agreement, work, goTo }: BranchingDeps, to: Branch): Promise<void> {
  const { header } = work
  if (header) {
    const locked = branches.get(header.branch) ?? branch
    try {
      await agreement.change(locked, (now) => ({ to: changed(now, { type: 'release', lockId: header.lock }) }))
    } catch (thrown) {
      // It was broken, or it was given back before a crash.
      if (toIsconfError(thrown).code !== 'LOCK_LOST') throw thrown
    }
    await work.clear()
  }
  await goTo(to)
}

function alreadyOn(host: string, name: BranchName): string {
  return `${host} is already on branch ${name}`
}

function branchExists(name: BranchName): IsconfError {
  return new IsconfError('BRANCH_EXISTS', `there is a branch ${name}; did you mean isconf migrate ${name}?`)
}
