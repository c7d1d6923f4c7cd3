import * as z from 'zod'
import { operationName } from '../../base/index.ts'
import { operationsDone } from '../../branch/index.ts'
import type { UpAnswer, UpBody } from '../../control/index.ts'
import { rebuildText } from '../../host/index.ts'
import { recoverCheckIn, recoveredText, refuseUnchecked } from '../../origin/index.ts'
import { holdText, type UpListener, upWithHooks } from '../../replay/index.ts'
import { logFailure } from '../logging/logged-work.ts'
import { aloneText, unfetchedOf } from './shared/company.ts'
import { remarkOnDeviations } from './shared/deviation.ts'
import { decisionBy, reason, user } from './shared/input.ts'
import { commandTo } from './shared/output.ts'
import type { Parts } from './shared/parts.ts'
import { type RequestContext, request, type Tell } from './shared/request.ts'
import { type UpParts, upDeps, upOptions } from './shared/up-limits.ts'

export const upRequest = request({
  name: 'up',
  kind: 'change',
  result:
    '`branch`; how many operations were done now (`done`), were void and passed over (`passedOver`), in all (`position`), and are `left`; `rebooting` (the ' +
    'operation for which the host reboots now, or null); `unfetched`, what other hosts have of the branch and could not ' +
    'be fetched (`host`, `head`, `changesets`, `reason`, `text`); in how many operations the host differs from its journal (`differing`)',
  input: z.strictObject({
    user,
    reboot: z.boolean().optional().describe('a reboot may be done'),
    to: z.string().optional().describe('the last operation to do'),
    step: z.boolean().optional().describe('one operation'),
    despite: reason.optional().describe('why it goes on although this host, or its branch, is held'),
  }) satisfies z.ZodType<UpBody>,
  run: (parts: UpRequestParts, body, context): Promise<UpAnswer> => doUp(parts, body, context),
})

type UpRequestParts = UpParts &
  Pick<
    Parts,
    | 'work'
    | 'rebuild'
    | 'damaged'
    | 'deviations'
    | 'identity'
    | 'reachable'
    | 'replicator'
    | 'origin'
    | 'transport'
    | 'process'
  >

/** Does `up`, and stops where `mayBegin` says that no further operation may be begun. */
export async function doUp(
  parts: UpRequestParts,
  { despite, ...limits }: UpBody,
  { tell, signal }: Pick<RequestContext, 'tell' | 'signal'>,
  mayBegin?: () => boolean,
): Promise<UpAnswer> {
  const { history, work, rebuild, identity, log, replicator } = parts
  try {
    if (rebuild.reason) void tell({ event: 'remark', text: rebuildText(identity.host, rebuild.reason) })
    remarkOnDeviations(parts, tell)
    await parts.damaged.refuseUnsure()
    await replicator.catchUp()
    // Of a disk that was put back to a moment before, only the others tell that its work is checked in.
    const recovered = await recoverCheckIn(parts.origin())
    if (recovered) void tell({ event: 'remark', text: recoveredText(recovered) })
    refuseUnchecked(work)
    const alone = aloneText(parts)
    if (alone !== undefined) void tell({ event: 'remark', text: alone })
    const { branch } = parts
    const options = { ...(await upOptions(parts, limits)), mayBegin }
    const deps = upDeps(parts, tell)
    if (despite !== undefined) {
      const passed = await deps.holds.pass(decisionBy(parts, { user: limits.user, message: despite }))
      for (const one of passed) void tell({ event: 'remark', text: `going on in spite of it: ${holdText(one)}` })
    }
    const { done, passedOver, rebooting } = await upWithHooks(deps, options, listenerOf(tell), signal)
    // The others show where this host stands; nobody waits for them.
    if (done + passedOver > 0) void replicator.exchangeAll()
    const position = await operationsDone(branch, history.standing.done)
    return {
      branch: branch.name,
      done,
      passedOver,
      position,
      left: branch.journal.operationCount - position,
      rebooting: rebooting ? operationName(rebooting.id, rebooting.index) : null,
      unfetched: unfetchedOf(parts, branch),
      differing: deps.deviations.all.length,
    }
  } catch (thrown) {
    logFailure(log, 'up', thrown)
    throw thrown
  }
}

function listenerOf(tell: Tell): UpListener {
  const progress = (text: string): void => void tell({ event: 'progress', text })
  return {
    operation: (name, text, number, total) =>
      void tell({ event: 'progress', text: `${number}/${total} ${name} ${text}`, step: true }),
    waiting: (_, ref) => progress(`fetching ${ref.sizeBytes} bytes from the other hosts`),
    passedOver: (name, text, by) => progress(`${name} ${text}: passed over, for ${by} made it void`),
    newer: (_, by) => progress(`installing the newest version, ${by}`),
    installing: (path, done, total) =>
      void tell({ event: 'progress', text: `wrote ${done} of ${total} bytes of ${path}`, counts: true }),
    ...commandTo(tell),
    remark: (text) => void tell({ event: 'remark', text }),
  }
}
