/** Rehearsals as requests ask for them. */
import { IsconfError } from '../base/index.ts'
import type { RehearsalConsent } from '../config/index.ts'
import type { Operation } from '../journal/index.ts'
import type { RehearsalListener, Rehearsed, TakenBack } from '../rehearsal/index.ts'
import type { BlobStore } from '../store/index.ts'

export type { RehearsalListener } from '../rehearsal/index.ts'

export interface RehearsalOf {
  readonly operations: readonly Operation[]
  readonly takenBack: readonly TakenBack[]
  /** Whether commands see the host's network. */
  readonly withNetwork: boolean
  /** Whether the operations were done here before. */
  readonly again: boolean
  /** Set for the work of another host: where its files are. It sees none of this host's keys. */
  readonly forPeer?: { readonly files: string }
}

/** The files of work that another host asks to rehearse, for as long as that takes. */
export interface PeerFiles {
  /** Empty at first. */
  readonly store: BlobStore
  readonly directory: string
  /** How much may be put there. */
  readonly roomBytes: number
  /** Removes all of it. */
  remove(): Promise<void>
}

export interface Rehearsals {
  /** What main.cf allows other hosts at this moment. */
  consent(): RehearsalConsent
  openFiles(): Promise<PeerFiles>
  /** A verdict on each operation. NOT_REHEARSABLE, INTERRUPTED. */
  run(of: RehearsalOf, listener: RehearsalListener, signal: AbortSignal): Promise<readonly Rehearsed[]>
}

/** Those of this host. NOT_REHEARSABLE in a simulated world. */
export function requireRehearsals(rehearsals: Rehearsals | undefined): Rehearsals {
  if (!rehearsals) throw new IsconfError('NOT_REHEARSABLE', 'nothing can be rehearsed in a simulated world')
  return rehearsals
}
