/** `up`, and what it would do. */
import * as z from 'zod'
import { operationName } from '../../base/index.ts'
import { operationsDone } from '../../branch/index.ts'
import type { PlanAnswer, UpAnswer, UpBody, UpLimits } from '../../control/index.ts'
import { rebuildText } from '../../host/index.ts'
import { findOperation } from '../../journal/index.ts'
import { refuseUnchecked } from '../../origin/index.ts'
import { type Limits, plan, type UpDeps, type UpListener, upWithHooks } from '../../replay/index.ts'
import type { HostDaemon } from '../host-daemon.ts'
import { logFailure } from '../logging/logged-work.ts'
import { outputTo, parseBody, type RequestContext, type Tell } from './handler.ts'

/** The members of a body that say how far `up` goes. */
export const upLimits = {
  reboot: z.boolean().optional(),
  to: z.string().optional(),
  step: z.boolean().optional(),
}

const flag = z
  .enum(['0', '1'])
  .transform((text) => text === '1')
  .optional()
const planQuery = z.strictObject({ reboot: flag, to: z.string().optional(), step: flag })

/** Does what is to be done. UNCHECKED_WORK, NO_SUCH_OPERATION, and the failures of replay. */
export async function bringUp(
  daemon: HostDaemon,
  limits: UpLimits,
  { tell, signal }: RequestContext,
): Promise<UpAnswer> {
  const { branch, history, work, rebuild, identity, deps, replicator } = daemon
  try {
    refuseUnchecked(work)
    if (rebuild.reason) void tell({ event: 'remark', text: rebuildText(identity.host, rebuild.reason) })
    await replicator.exchangeAll()
    const options = { reboot: limits.reboot === true, ...(await limitsOf(daemon, limits)) }
    const { done, rebooting } = await upWithHooks(depsOf(daemon), options, listenerOf(tell), signal)
    // The others show where this host stands; nobody waits for them.
    if (done > 0) void replicator.exchangeAll()
    const position = await operationsDone(branch, history.standing.done)
    return {
      branch: branch.name,
      done,
      position,
      left: branch.journal.operationCount - position,
      rebooting: rebooting ? operationName(rebooting.id, rebooting.index) : null,
    }
  } catch (thrown) {
    logFailure(deps.log, 'up', thrown)
    throw thrown
  }
}

/** What `up` would do now. UNCHECKED_WORK, NO_SUCH_OPERATION, OFF_BRANCH. */
export async function planOf(daemon: HostDaemon, query: unknown): Promise<PlanAnswer> {
  const { branch, history, replicator } = daemon
  const limits = parseBody(planQuery, query)
  refuseUnchecked(daemon.work)
  // An up would begin so, too; what arrives is in the journal, and nothing of it is done.
  await replicator.exchangeAll()
  const options = { reboot: limits.reboot === true, ...(await limitsOf(daemon, limits)) }
  const { operations, stop } = await plan(depsOf(daemon), options)
  const position = await operationsDone(branch, history.standing.done)
  return { branch: branch.name, position, total: branch.journal.operationCount, operations, stop }
}

async function limitsOf({ branch }: HostDaemon, { to, step }: Pick<UpBody, 'to' | 'step'>): Promise<Limits> {
  const countMax = step === true ? 1 : Number.POSITIVE_INFINITY
  if (to === undefined) return { lastNumber: Number.POSITIVE_INFINITY, countMax }
  const { ref, sequence } = await findOperation(branch.journal, to)
  const { changeset } = await branch.journal.changesetAt(sequence)
  return { lastNumber: changeset.operationsBefore + ref.index + 1, countMax }
}

function depsOf({ branch, history, installedEarly, deps, blobs }: HostDaemon): UpDeps {
  return { ...deps, branch, history, installedEarly, fetchBlob: (ref, until) => blobs.fetch(ref, until) }
}

function listenerOf(tell: Tell): UpListener {
  return {
    operation: (name, text, number, total) =>
      void tell({ event: 'progress', text: `${number}/${total} ${name} ${text}` }),
    waiting: (_, ref) => void tell({ event: 'progress', text: `fetching ${ref.sizeBytes} bytes from the other hosts` }),
    newer: (_, by) => void tell({ event: 'progress', text: `installing the newest version, ${by}` }),
    installing: (path, done, total) =>
      void tell({ event: 'progress', text: `wrote ${done} of ${total} bytes of ${path}` }),
    remark: (text) => void tell({ event: 'remark', text }),
    output: outputTo(tell),
  }
}
