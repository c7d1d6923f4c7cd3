/** What the daemon tells of itself: `status`. */
import { type ChangesetId, operationName, toIsconfError } from '../../base/index.ts'
import { type Branch, operationsDone } from '../../branch/index.ts'
import type { LineStatus, MeshStatus, Status, WorkStatus } from '../../control/index.ts'
import { describeOperation, type Journal } from '../../journal/index.ts'
import { pendingReboot } from '../../origin/index.ts'
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
    warnings: facts.warnings(),
  }
}

/** A line of a split, as this host holds it. */
export interface SplitLine extends LineStatus {
  readonly first: ChangesetId
  readonly head: ChangesetId
}

/** The lines of a split, this host's own first; none when the branch is not split. */
export async function linesOfSplit(branch: Branch): Promise<readonly SplitLine[]> {
  if (!branch.isSplit) return []
  const journals = [branch.journal, ...[...branch.others.entries()].map(([, other]) => other)]
  return Promise.all(journals.map((journal) => lineOf(branch, journal)))
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

async function lineOf(branch: Branch, journal: Journal): Promise<SplitLine> {
  // Two of three lines may part later than the third has parted from both: the last parting is what is theirs alone.
  const own = branch.forksOf(journal.head).map(({ chosen }) => journal.sequenceOf(chosen) ?? 1)
  const sequence = Math.max(...own)
  const { id, changeset } = await journal.changesetAt(sequence)
  const { author, message, time } = changeset
  const changesets = journal.length - sequence + 1
  return { first: id, head: journal.head, author, message, time, changesets, here: journal === branch.journal }
}
