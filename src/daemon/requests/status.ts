/** What the daemon tells of itself: `status`. */
import { operationName, toIsconfError } from '../../base/index.ts'
import { linesOfSplit, operationsDone } from '../../branch/index.ts'
import type { MeshStatus, Status, WorkStatus } from '../../control/index.ts'
import { describeOperation } from '../../journal/index.ts'
import { pendingReboot } from '../../origin/index.ts'
import type { PeerTrouble } from '../../replication/index.ts'
import type { HostDaemon } from '../host-daemon.ts'

/** What only the process knows. */
export interface ProcessFacts {
  readonly release: string
  readonly pid: number
  readonly domainSource: string
  readonly warnings: () => readonly string[]
  /** What tells that another machine has this host's key; undefined while nothing does. */
  readonly cloned?: () => string | undefined
  /** Where the package bank answers; undefined while its port can't be had. */
  readonly bankAddress: () => string | undefined
  readonly mesh: () => Omit<MeshStatus, 'peers' | 'peerId'>
}

export async function statusOf(daemon: HostDaemon, facts: ProcessFacts): Promise<Status> {
  const { branch, history, identity, replicator, deps } = daemon
  const position = await positionOf(daemon)
  const { stopped } = history.standing
  const { lock } = branch.state
  const operations = branch.journal.operationCount
  return {
    host: identity.host,
    release: facts.release,
    pid: facts.pid,
    domain: { name: identity.domain, source: facts.domainSource },
    branch: branch.name,
    head: branch.state.head,
    position: position ?? null,
    operations,
    pending: position === undefined ? operations : operations - position,
    stopped: stopped
      ? { operation: operationName(stopped.operation.id, stopped.operation.index), reason: stopped.reason }
      : null,
    rebootPending: await rebootPendingOf(daemon),
    lock: lock && { branch: branch.name, user: lock.user, host: lock.host, message: lock.message, since: lock.since },
    work: workOf(daemon),
    needsRebuild: daemon.rebuild.reason ?? null,
    lines: await linesOfSplit(branch),
    mesh: {
      ...facts.mesh(),
      peerId: deps.transport.self,
      peers: deps.transport.peers().map(({ id, address }) => ({ host: replicator.hostOf(id), address })),
    },
    bank: { address: facts.bankAddress() ?? null },
    warnings: [...facts.warnings(), ...replicator.troubles.all().map(describeTrouble)],
  }
}

function describeTrouble({ host, text, since }: PeerTrouble): string {
  return `since ${since}: ${host} ${text}`
}

async function positionOf({ branch, history }: HostDaemon): Promise<number | undefined> {
  try {
    return await operationsDone(branch, history.standing.done)
  } catch (error) {
    if (toIsconfError(error).code === 'OFF_BRANCH') return undefined
    throw error
  }
}

async function rebootPendingOf({ history, work, deps }: HostDaemon): Promise<Status['rebootPending']> {
  // Without a boot id nothing says that it has come.
  const pending = await pendingReboot({ history, work, machine: deps.machine }).catch(() => history.standing.rebooting)
  if (!pending) return null
  const { since, operation } = pending
  return { since, operation: operation ? operationName(operation.id, operation.index) : null }
}

function workOf({ work, branch }: HostDaemon): WorkStatus | null {
  const { header, operations } = work
  if (!header) return null
  return {
    author: header.author,
    message: header.message,
    operations: operations.map(describeOperation),
    locked: header.branch === branch.name && branch.state.lock?.id === header.lock,
  }
}
