/** Who is asked for a blob, what for, and what there is at a peer. */
import type { BlobRef, Clock, PieceMemory } from '../base/index.ts'
import type { PeerId } from '../mesh/index.ts'
import type { FetchingTransport } from './fetching.ts'

/** What a peer has of a blob. */
export interface Holdings {
  readonly whole: boolean
  /** A bit for each piece; none when the peer has the whole. */
  readonly bits: Uint8Array
  has(index: number): boolean
}

/** A run of pieces, asked for at once. */
export interface PieceRun {
  readonly first: number
  readonly count: number
}

/** Who is asked. */
export interface LanePeer {
  readonly peer: PeerId
  /** Where it is dialed for files; undefined when it is connected. */
  readonly addresses?: readonly string[] | undefined
}

export interface LaneParts {
  readonly transport: FetchingTransport
  readonly clock: Clock
  readonly ref: Pick<BlobRef, 'id' | 'sizeBytes'>
  /** The memory in which pieces arrive. */
  readonly memory: PieceMemory
}
