/** What the daemon does for the verbs that are about branches: fork, migrate, resolve; and for `wip drop`. */
import * as z from 'zod'
import { type BranchName, IsconfError, isoTime, parseBranchName } from '../../base/index.ts'
import { type Branch, linesOfSplit, operationsDone } from '../../branch/index.ts'
import type { BranchBody, DropAnswer, ForkAnswer, MigrateAnswer, ResolveAnswer } from '../../control/index.ts'
import { dropWork, fork, migrate } from '../../origin/index.ts'
import type { HostDaemon } from '../host-daemon.ts'
import { type Handler, parseBody, userSchema as user } from './handler.ts'

const bodies = {
  caller: z.strictObject({ user }),
  branch: z.strictObject({ user, branch: z.string() }) satisfies z.ZodType<BranchBody>,
  resolve: z.strictObject({
    user,
    keep: z.string().regex(/^[0-9a-f]{4,64}$/),
    branch: z.string().optional(),
  }),
}

export const branchHandlers: Readonly<Record<string, Handler>> = {
  fork: (daemon, body): Promise<ForkAnswer> => forkAndTell(daemon, parseBody(bodies.branch, body)),
  migrate: (daemon, body): Promise<MigrateAnswer> => migrateAndTell(daemon, parseBody(bodies.branch, body)),
  resolve: (daemon, body): Promise<ResolveAnswer> => resolveSplit(daemon, parseBody(bodies.resolve, body)),
  'wip-drop': async (daemon, body): Promise<DropAnswer> => {
    const { user } = parseBody(bodies.caller, body)
    // Whether the lock is lost is for the others to tell, too.
    await daemon.replicator.exchangeAll()
    return { operations: await dropWork(daemon.origin(), user) }
  },
}

async function forkAndTell(daemon: HostDaemon, { user, branch: name }: BranchBody): Promise<ForkAnswer> {
  const { branch: parent, replicator } = daemon
  const child = await fork(daemon.origin(), user, parseBranchName(name))
  await replicator.announce(parent)
  const others = await replicator.announce(child)
  return { branch: child.name, parent: parent.name, journalHosts: 1 + others }
}

async function migrateAndTell(daemon: HostDaemon, { user, branch: name }: BranchBody): Promise<MigrateAnswer> {
  const { branch: from, replicator, history } = daemon
  const parsed = parseBranchName(name)
  await replicator.exchangeAll()
  const branch = await migrate(daemon.origin(), user, parsed)
  await replicator.announce(from)
  const position = await operationsDone(branch, history.standing.done)
  const pending = branch.journal.operationCount - position
  return { branch: branch.name, from: from.name, position, pending }
}

type Resolve = z.infer<typeof bodies.resolve>

async function resolveSplit(daemon: HostDaemon, { user, keep, branch: name }: Resolve): Promise<ResolveAnswer> {
  const { resolutions, replicator, identity, deps } = daemon
  const branch = branchOr(daemon, name)
  const lines = await linesOfSplit(branch)
  if (lines.length === 0) throw new IsconfError('NO_SUCH_LINE', `branch ${branch.name} is not split`)
  const chosen = lines.find(({ first, head }) => first.startsWith(keep) || head.startsWith(keep))
  if (!chosen) throw new IsconfError('NO_SUCH_LINE', `no line of branch ${branch.name} has a changeset ${keep}`)
  const made = { branch: branch.name, by: `${user}@${identity.host}`, time: isoTime(deps.clock) }
  const aside = await resolutions.add(branch.forksOf(chosen.head).map((fork) => ({ ...made, ...fork })))
  await daemon.afterResolution()
  await replicator.announce(branch)
  return { branch: branch.name, kept: chosen.head, aside: aside.join(', ') }
}

/** The branch that is named, or this host's. USAGE, NO_SUCH_BRANCH. */
export function branchOr(daemon: HostDaemon, name: string | undefined): Branch {
  return name === undefined ? daemon.branch : branchNamed(daemon, name)
}

/** A branch that is known here. USAGE, NO_SUCH_BRANCH. */
function branchNamed({ branches }: HostDaemon, name: string): Branch {
  const branch = branches.get(parseBranchName(name) as BranchName)
  if (branch && branches.exists(branch)) return branch
  throw new IsconfError('NO_SUCH_BRANCH', `no branch ${name} is known here`)
}
