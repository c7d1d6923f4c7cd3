import { operationName } from '../../base/index.ts'
import { linesOfSplit } from '../../branch/index.ts'
import type { LeftStatus, Status, WorkStatus } from '../../control/index.ts'
import { type LeftDomain, stoppedWhile } from '../../host/index.ts'
import { describeOperation } from '../../journal/index.ts'
import { pendingReboot } from '../../origin/index.ts'
import { nextUnknown } from '../../replay/index.ts'
import { type PeerTrouble, unfetchedText } from '../../replication/index.ts'
import { sharedNameText } from '../distinct-identity.ts'
import { silentHosts, silentText } from './shared/company.ts'
import { deviationAnswer } from './shared/deviation.ts'
import { holdsOf } from './shared/hold.ts'
import { lockAnswer } from './shared/lock-answer.ts'
import type { Parts } from './shared/parts.ts'
import { positionOn } from './shared/position.ts'
import { request } from './shared/request.ts'

type StatusParts = Pick<
  Parts,
  | 'blobs'
  | 'branch'
  | 'damaged'
  | 'deviations'
  | 'history'
  | 'hold'
  | 'identity'
  | 'left'
  | 'machine'
  | 'process'
  | 'reachable'
  | 'rebuild'
  | 'replicator'
  | 'transport'
  | 'work'
>

export const statusRequest = request({
  name: 'status',
  kind: 'query',
  result: 'where this host stands',
  details:
    '`host`, `release`, `pid`, `domain` (`name`, `source`: where it was set), `branch`, `head`, `position` (operations ' +
    'done; null on a host that has left its branch), `operations`, `pending`, `stopped` (`operation`, `reason`, `since`), ' +
    '`rebootPending` (`since`, `operation`), `running` (the verb under way that changes this host, or null), `holds` (who holds this host or its branch: `scope`, `name`, `by`, `why`, `since`), `unattended` (of a host that does `up` by itself: `window`, `text`; null elsewhere), `lock` (`branch`, `user`, `host`, `message`, `since`), `work` (`author`, ' +
    '`message`, `operations` in words, `locked`: whether its lock is still held), `needsRebuild` (`operations`, `by`, ' +
    '`time`: what `wip drop` gave up), `deviations` (in what it differs from its journal: `kind`, `operation`, ' +
    '`text`, `by`, `why`, `time`), `left` (domains that were left: `domain`, `by`, `time`, `operations` that no ' +
    'other host gets, `directory`), `lines` (of a split: `first`, `head`, `author`, `message`, `time`, ' +
    '`changesets`, `here`), `mesh` (`peerId`, `addresses`, `peers` with `host`, `address` and, where it is reached over another host, that one (`via`), `unreached` with `address` and `reason`, `strangers` that were not admitted ' +
    'lately or have not admitted this host, with `address`, `text` and `time`, `authenticated`, ' +
    "`refused`), `bank` (`address`: where the package bank answers, null while its port can't be had), `warnings`. " +
    'A daemon that waits for a domain answers with `host`, `release`, `pid`, `domain` (null when there is none) and ' +
    '`waiting` (`code`, `message`, `hint`), and refuses all but stop, restart and leave with that failure.',
  run: async (parts: StatusParts): Promise<Status> => {
    const { branch, history, identity, replicator, transport, rebuild, process } = parts
    const { done } = history.standing
    const { lock, head } = branch.state
    const position = await positionOn(branch, done)
    const operations = branch.journal.operationCount
    const begun = stoppedWhile(process.running(), history.standing)
    const stopped = begun ?? (await nextUnknown(branch, history, position ?? operations))
    return {
      host: identity.host,
      release: process.release,
      pid: process.pid,
      domain: { name: identity.domain, source: process.domainSource },
      branch: branch.name,
      head,
      position,
      operations,
      pending: operations - (position ?? 0),
      stopped: stopped
        ? {
            operation: operationName(stopped.operation.id, stopped.operation.index),
            reason: stopped.reason,
            ...(begun && { since: begun.since }),
          }
        : null,
      rebootPending: await rebootPendingOf(parts),
      running: process.running() ?? null,
      holds: await holdsOf(parts).all(),
      unattended: process.unattended?.() ?? null,
      lock: lock && lockAnswer(branch, lock),
      work: workOf(parts),
      needsRebuild: rebuild.reason ?? null,
      deviations: parts.deviations.all.map(deviationAnswer),
      left: parts.left.filter((one) => one.operations > 0).map(leftOf),
      lines: await linesOfSplit(branch),
      mesh: {
        ...process.mesh(),
        peerId: transport.self,
        peers: transport.peers().map(({ id, address, via }) => ({
          ...{ host: replicator.hostOf(id), address },
          ...(via !== undefined && { via: replicator.hostOf(via) }),
        })),
        unreached: process.unreached(),
        strangers: process.strangers?.() ?? [],
      },
      bank: { address: process.bankAddress() ?? null },
      warnings: [
        ...process.warnings(),
        ...[process.unreachable?.()].filter((text) => text !== undefined),
        ...[silentHosts(parts)].filter((silent) => silent.length > 0).map(silentText),
        ...(await parts.damaged.texts()),
        ...[sharedNameText(identity)].filter((text) => text !== undefined),
        ...parts.blobs.incoming.texts(),
        ...replicator.troubles.all().map(describeTrouble),
        ...replicator.unfetched.overdue().map((one) => `since ${one.since}: ${unfetchedText(one)}`),
      ],
    }
  },
})

function leftOf({ domain, by, time, operations, directory }: LeftDomain): LeftStatus {
  return { domain, by, time, operations, directory }
}

function describeTrouble({ host, text, since }: PeerTrouble): string {
  return `since ${since}: ${host} ${text}`
}

async function rebootPendingOf({ history, work, machine }: StatusParts): Promise<Status['rebootPending']> {
  // Without a boot id nothing says that it has come.
  const pending = await pendingReboot({ history, work, machine }).catch(() => history.standing.rebooting)
  if (!pending) return null
  const { since, operation } = pending
  return { since, operation: operation ? operationName(operation.id, operation.index) : null }
}

function workOf({ work, branch }: StatusParts): WorkStatus | null {
  const { header, operations } = work
  if (!header) return null
  return {
    author: header.author,
    message: header.message,
    operations: operations.map(describeOperation),
    locked: header.branch === branch.name && branch.state.lock?.id === header.lock,
  }
}
