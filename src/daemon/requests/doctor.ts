import { operationName } from '../../base/index.ts'
import type { Diagnosis } from '../../control/index.ts'
import { isInstall, pendingOperations } from '../../replay/index.ts'
import { unfetchedText } from '../../replication/index.ts'
import { silentHosts } from './shared/company.ts'
import * as diagnoses from './shared/diagnoses.ts'
import { good, wrong } from './shared/diagnoses.ts'
import { nothing } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'
import { scheduleDiagnoses } from './shared/schedule-diagnoses.ts'

export const doctorRequest = request({
  name: 'doctor',
  kind: 'query',
  result: 'what is wrong with this host, and what to do about it',
  details:
    'a row has `check` (`host`, `clock`, `disk`, `keys`, `owners`, `network`, `releases`), `severity` (`good`, `warning` or ' +
    '`error`), `message` and `hint` (null when it is good).',
  input: nothing,
  run: async (parts: DoctorParts): Promise<readonly Diagnosis[]> => {
    const { branch, clock, identity, process, replicator, transport } = parts
    const { inventory } = replicator
    const known = inventory.all()
    const newest =
      branch.journal.length === 0 ? undefined : (await branch.journal.changesetAt(branch.journal.length)).changeset
    const facts = process.homeFacts?.()
    const releases = new Map(
      known.flatMap(({ name, at }) => (at?.release === undefined ? [] : [[name, at.release] as const])),
    )
    return [
      ...hostDiagnoses(parts, await parts.damaged.texts()),
      ...diagnoses.clockDiagnoses(inventory.clocks(), newest && Date.parse(newest.time), clock.wallMs()),
      ...(facts ? diagnoses.diskDiagnoses(facts) : []),
      ...diagnoses.keyDiagnoses(process.mesh().authenticated, facts?.open ?? [], process.cloned?.()),
      ...diagnoses.ownerDiagnoses(await unknownOwners(parts)),
      ...diagnoses.networkDiagnoses({
        ...{ peers: transport.peers().length, known: known.length, unreached: process.unreached() },
        strangers: process.strangers?.() ?? [],
        silent: silentHosts(parts),
        relayed: transport
          .peers()
          .flatMap(({ id, via }) =>
            via === undefined ? [] : [{ host: replicator.hostOf(id), via: replicator.hostOf(via) }],
          ),
      }),
      ...diagnoses.releaseDiagnoses(identity.release, releases),
    ]
  },
})

type DoctorParts = Pick<
  Parts,
  | 'branch'
  | 'clock'
  | 'damaged'
  | 'deviations'
  | 'history'
  | 'identity'
  | 'machine'
  | 'process'
  | 'reachable'
  | 'rebuild'
  | 'replicator'
  | 'transport'
  | 'work'
>

/** What keeps this host, or its branch, from going on, and what the daemon warns of. */
function hostDiagnoses(
  { branch, deviations, history, process, rebuild, replicator, work }: DoctorParts,
  damaged: readonly string[],
): readonly Diagnosis[] {
  const found: Diagnosis[] = []
  const { stopped } = history.standing
  if (stopped) {
    const name = operationName(stopped.operation.id, stopped.operation.index)
    const way = `fix the cause, then: isconf up; or go past it: isconf skip ${name} -m WHY`
    found.push(wrong('host', 'error', `stopped at ${name} since ${stopped.since}: ${stopped.reason}`, way))
  }
  if (rebuild.reason)
    found.push(
      wrong(
        'host',
        'error',
        `${rebuild.reason.operations} operations done here were dropped`,
        'rebuild this host, or undo them by hand, then: isconf done OPERATION -m WHY',
      ),
    )
  if (branch.isSplit)
    found.push(
      wrong(
        'host',
        'error',
        `branch ${branch.name} is split`,
        '`isconf status` shows both lines; isconf resolve chooses one',
      ),
    )
  if (work.header && branch.state.lock?.id !== work.header.lock)
    found.push(
      wrong(
        'host',
        'error',
        'the lock of the work in progress is gone',
        'lock again if nobody has checked in since, or drop it: isconf wip drop',
      ),
    )
  if (deviations.all.length > 0)
    found.push(
      wrong(
        'host',
        'warning',
        `differs from its journal in ${deviations.all.length}`,
        '`isconf status` shows them; put right by hand, then: isconf done OPERATION -m WHY',
      ),
    )
  found.push(...scheduleDiagnoses(process.upSettings?.(), process.scheduledUps?.() ?? []))
  const own = process.warnings().filter((text) => text !== process.cloned?.())
  const warnings = [...own, ...damaged, ...replicator.unfetched.overdue().map(unfetchedText)]
  found.push(...warnings.map((text) => wrong('host', 'warning', text, 'see isconf status and the log')))
  // A copy of another host does nothing; the row of the keys says so.
  return found.length > 0 || process.cloned?.()
    ? found
    : [good('host', `on branch ${branch.name}, and nothing stops it`)]
}

/** Of what `up` would install, the owners that this host does not have. */
async function unknownOwners({ branch, history, machine }: DoctorParts): Promise<readonly string[]> {
  const options = { reboot: true, lastNumber: Number.POSITIVE_INFINITY, countMax: Number.POSITIVE_INFINITY }
  // A host that has left its branch has nothing to do; status says so.
  const pending = await pendingOperations({ branch, history }, options).catch(() => [])
  const owners = pending.flatMap(({ operation }) => (isInstall(operation) ? [operation.owner] : []))
  return machine.unknownOwners(owners)
}
