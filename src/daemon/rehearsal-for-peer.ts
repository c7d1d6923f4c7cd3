/** A rehearsal on this host that another one asks for: whether it may, on what it stands, and what is logged of it. */
import { IsconfError } from '../base/index.ts'
import { type Branch, lockedBy } from '../branch/index.ts'
import type { Deviations, History } from '../host/index.ts'
import { describeOperation, publicKeyText } from '../journal/index.ts'
import { publicKeyOf } from '../mesh/index.ts'
import type { WorkInProgress } from '../origin/index.ts'
import { blobToInstall, pendingOperations } from '../replay/index.ts'
import {
  fetchFiles,
  type PeerVerdict,
  type RehearsalAsker,
  type Replicator,
  type WorkToRehearse,
} from '../replication/index.ts'
import type { DaemonDeps, Identity } from './daemon-deps.ts'
import type { OneAtATime } from './one-at-a-time.ts'
import { type Rehearsals, requireRehearsals } from './rehearsals.ts'

/** What is looked at of a daemon. */
export interface AskedHost {
  readonly identity: Identity
  readonly deps: DaemonDeps
  readonly branch: Branch
  readonly history: History
  readonly work: WorkInProgress
  readonly deviations: Deviations
  readonly replicator: Replicator
  readonly changes: OneAtATime
}

/** The verdicts. REHEARSAL_REFUSED and BUSY, which say why not; NOT_REHEARSABLE, PACKAGES_BUSY, INTERRUPTED. */
export async function rehearseForPeer(
  daemon: AskedHost,
  work: WorkToRehearse,
  asker: RehearsalAsker,
): Promise<readonly PeerVerdict[]> {
  const name = daemon.replicator.hostOf(asker.peer)
  const { log } = daemon.deps
  try {
    const rehearsals = requireRehearsals(daemon.deps.rehearsals)
    refuseWithoutConsent(daemon.identity.host, rehearsals, work)
    const result = await daemon.changes.begin('rehearse', undefined, async (signal) => {
      const both = AbortSignal.any([signal, asker.signal])
      await refuseElsewhere(daemon, work, asker)
      return { event: 'result', result: await rehearsed(daemon, rehearsals, work, { ...asker, signal: both }) }
    }).done
    return (result as { readonly result: readonly PeerVerdict[] }).result
  } catch (thrown) {
    log.warn({ peer: asker.peer }, `rehearsed nothing more for ${name}: ${(thrown as Error).message}`)
    throw thrown
  }
}

function refuseWithoutConsent(host: string, rehearsals: Rehearsals, { net }: WorkToRehearse): void {
  const consent = rehearsals.consent()
  if (consent === 'no')
    throw refused(
      'it lets no other host rehearse on it',
      `to let other hosts of the domain do it: IS_REHEARSE = yes in main.cf of ${host}`,
    )
  if (net && consent !== 'net')
    throw refused(
      'it lets no rehearsal of another host use its network',
      `rehearse without --net, or set IS_REHEARSE = net in main.cf of ${host}`,
    )
}

/** The work has to begin exactly where this host stands, under a lock that its host has. */
async function refuseElsewhere(daemon: AskedHost, work: WorkToRehearse, { peer }: RehearsalAsker): Promise<void> {
  const { branch, history, replicator, identity } = daemon
  const { host } = identity
  if (branch.name !== work.branch) throw refused(`it is on branch ${branch.name}, and the work is on ${work.branch}`)
  // It may have been locked a moment ago.
  await replicator.exchange(peer).catch(() => undefined)
  const { head, lock } = branch.state
  if (lock?.id !== work.lock || lock.key !== keyOf(peer)) {
    const now = lock ? lockedBy(lock) : 'not locked'
    throw refused(`it does not know that your host has the lock: there branch ${branch.name} is ${now}`, 'try again')
  }
  if (daemon.work.operations.length > 0) throw refused('it has work of its own that is not checked in')
  if (branch.isSplit) throw refused(`there branch ${branch.name} is split`)
  if (head !== work.base)
    throw refused('its journal does not end where the work begins', `bring your host and ${host} up to date: isconf up`)
  const everything = { reboot: true, countMax: Number.POSITIVE_INFINITY, lastNumber: Number.POSITIVE_INFINITY }
  const { length } = await pendingOperations({ branch, history }, everything)
  if (length > 0) {
    const what = length === 1 ? '1 operation' : `${length} operations`
    throw refused(`it has ${what} to do before it stands where the work begins`, `on ${host}: isconf up`)
  }
}

async function rehearsed(
  daemon: AskedHost,
  rehearsals: Rehearsals,
  work: WorkToRehearse,
  asker: RehearsalAsker,
): Promise<readonly PeerVerdict[]> {
  const { branch, deps, replicator, identity, deviations } = daemon
  const { log } = deps
  const { operations, net } = work
  const { peer, signal } = asker
  const unknown = operations.findIndex(({ type }) => type === 'unknown')
  if (unknown >= 0) throw refused(`its release ${identity.release} does not know operation ${unknown + 1}`)
  const { lock } = branch.state
  const texts = operations.map(describeOperation)
  const about = { peer, branch: branch.name, lock: work.lock }
  const holder = lock ? `${lock.user}@${lock.host}` : replicator.hostOf(peer)
  log.info(
    { ...about, net, operations: texts },
    `rehearsing ${texts.length} operations for ${holder}: ${lock?.message}`,
  )
  const differing = deviations.all.length
  if (differing > 0) asker.remark(`it differs from its journal in ${differing} operations, which may mislead it`)
  const files = await rehearsals.openFiles()
  try {
    const refs = operations.flatMap((operation) => blobToInstall(operation) ?? [])
    const bytes = refs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    if (bytes > files.roomBytes) throw refused(`the files of the work have ${bytes} bytes, and it has no room for them`)
    await fetchFiles(deps, peer, files.store, refs, signal)
    const of = { operations, takenBack: [], withNetwork: net, again: false, forPeer: { files: files.directory } }
    const verdicts = await rehearsals.run(of, asker, signal)
    const failed = verdicts.find(({ verdict }) => verdict === 'fails')
    const end = failed ? `operation ${failed.number} would fail here: ${failed.why}` : 'none would fail'
    log.info(about, `rehearsed for ${holder}: ${end}`)
    return verdicts
  } finally {
    await files.remove()
  }
}

/** As a lock has it. */
function keyOf(peer: string): string | undefined {
  const key = publicKeyOf(peer)
  return key && publicKeyText(key)
}

function refused(why: string, hint?: string): IsconfError {
  return new IsconfError('REHEARSAL_REFUSED', why, hint === undefined ? {} : { hint })
}
