/** Asking another host of the domain to rehearse the work in progress of this one. */
import { IsconfError } from '../base/index.ts'
import { requireWork } from '../origin/index.ts'
import type { Rehearsed } from '../rehearsal/index.ts'
import { askRehearsal } from '../replication/index.ts'
import type { RehearsalListener } from './rehearsals.ts'
import type { Parts } from './requests/shared/parts.ts'

export type ElsewhereParts = Pick<Parts, 'work' | 'origin' | 'replicator' | 'transport' | 'clock'>

type Peer = ReturnType<ElsewhereParts['replicator']['inventory']['all']>[number]

/** An address that does not answer is not waited for longer. */
const dialMsMax = 5_000

export interface Elsewhere {
  /** The name or the id of the host that is asked. */
  readonly on: string
  readonly user: string
  readonly withNetwork: boolean
}

/**
 * The name of the host, and its verdicts on the work. NO_SUCH_HOST; NOT_LOCKED, LOCKED, LOCK_LOST of the work;
 * REHEARSAL_REFUSED, which says why.
 */
export async function rehearseElsewhere(
  parts: ElsewhereParts,
  { on, user, withNetwork }: Elsewhere,
  listener: RehearsalListener,
  signal: AbortSignal,
): Promise<{ readonly host: string; readonly verdicts: readonly Rehearsed[] }> {
  const { work, clock, transport } = parts
  const { branch, base, lock } = requireWork(parts.origin(), user)
  const there = hostCalled(parts, on)
  const host = there.name
  if (work.operations.length === 0) return { host, verdicts: [] }
  await reach(parts, there, signal)
  const question = { branch, base, lock, net: withNetwork, operations: [...work.operations] }
  const hearer = {
    begun: listener.begun,
    remark: (text: string) => listener.remark(`${host}: ${text}`),
    output: listener.output,
  }
  return { host, verdicts: await askRehearsal(transport, there.peer, question, { host, clock, hearer, signal }) }
}

function hostCalled({ replicator, origin, transport }: ElsewhereParts, on: string): Peer {
  if (on === origin().host || on === transport.self)
    throw new IsconfError('USAGE', `${on} is this host: rehearse on it without --on`)
  const [one, ...others] = replicator.inventory.all().filter(({ peer, name }) => name === on || peer === on)
  if (!one) throw new IsconfError('NO_SUCH_HOST', `no host ${on} is known here`)
  if (others.length === 0) return one
  const ids = [one, ...others].map(({ peer }) => peer).join(', ')
  throw new IsconfError('USAGE', `several hosts are called ${on}: name one by its id, one of ${ids}`)
}

/** Connects to it where it is no neighbour, as in a large domain. */
async function reach(
  { transport, replicator, clock }: ElsewhereParts,
  { peer, name }: Peer,
  signal: AbortSignal,
): Promise<void> {
  const isConnected = (): boolean => transport.peers().some(({ id }) => id === peer)
  for (const address of isConnected() ? [] : replicator.inventory.addressesOf(peer)) {
    const dialing = new AbortController()
    const cancel = clock.after(dialMsMax, () => dialing.abort(new Error('no answer')))
    await transport.dial(address, AbortSignal.any([dialing.signal, signal])).catch(() => undefined)
    cancel()
    signal.throwIfAborted()
    if (isConnected()) return
  }
  if (isConnected()) return
  const hint = 'see that its daemon runs and can be reached from here, or rehearse on another host'
  throw new IsconfError('REHEARSAL_REFUSED', `nothing was rehearsed on ${name}: it can't be reached from here`, {
    hint,
  })
}
