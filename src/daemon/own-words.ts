/** What a host tells of itself: where it stands, what it is stopped at, who holds it, how its last boot ended. */
import { parseOperationKey } from '../base/index.ts'
import type { Branch } from '../branch/index.ts'
import { stoppedWhile } from '../host/index.ts'
import { deviationsMax, type OwnWords } from '../replication/index.ts'
import type { DaemonDeps, Identity } from './daemon-deps.ts'
import type { OneAtATime } from './one-at-a-time.ts'
import type { StateOnDisk } from './state-on-disk.ts'

/** The longest reason that is told for a failed operation or a hold. */
const reasonLengthMax = 1_024

interface Told extends Pick<StateOnDisk, 'history' | 'deviations' | 'hold'> {
  readonly identity: Identity
  readonly deps: Pick<DaemonDeps, 'bootRecord'>
  readonly branch: Branch
  readonly changes: Pick<OneAtATime, 'verb'>
}

export function ownWords({ identity, deps, history, branch, changes, deviations, hold }: Told): OwnWords {
  const { done } = history.standing
  const stopped = stoppedWhile(changes.verb, history.standing)
  const boot = deps.bootRecord?.current
  const held = hold.value
  const differing = deviations.all
    .slice(-deviationsMax)
    .map(({ kind, operation }) => ({ kind, operation: parseOperationKey(operation) }))
  const at = { branch: branch.name, done: done ?? null, release: identity.release, deviations: differing }
  const why = stopped?.reason.slice(0, reasonLengthMax) ?? ''
  return {
    host: identity.host,
    at,
    ...(boot && { boot }),
    ...(stopped && { stopped: { ...stopped.operation, why, since: stopped.since } }),
    ...(held && { held: { ...held, why: held.why.slice(0, reasonLengthMax) } }),
    ...(branch.isSplit && { split: true }),
  }
}
