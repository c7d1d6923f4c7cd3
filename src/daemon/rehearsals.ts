/** Rehearsals as requests ask for them. */
import { IsconfError } from '../base/index.ts'
import type { Operation } from '../journal/index.ts'
import type { RehearsalListener, Rehearsed, TakenBack } from '../rehearsal/index.ts'

export interface RehearsalOf {
  readonly operations: readonly Operation[]
  readonly takenBack: readonly TakenBack[]
  /** Whether commands see the host's network. */
  readonly withNetwork: boolean
  /** Whether the operations were done here before. */
  readonly again: boolean
}

export interface Rehearsals {
  /** A verdict on each operation. NOT_REHEARSABLE, INTERRUPTED. */
  run(of: RehearsalOf, listener: RehearsalListener, signal: AbortSignal): Promise<readonly Rehearsed[]>
}

/** Those of this host. NOT_REHEARSABLE in a simulated world. */
export function requireRehearsals(rehearsals: Rehearsals | undefined): Rehearsals {
  if (!rehearsals) throw new IsconfError('NOT_REHEARSABLE', 'nothing can be rehearsed in a simulated world')
  return rehearsals
}
