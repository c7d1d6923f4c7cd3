/** What the fetch of one blob needs, and whom it tells. */
import type { BlobRef, BlobSink, Cancel, Clock, Random } from '../../base/index.ts'
import type { PeerId } from '../../mesh/index.ts'
import type { FetchingTransport } from '../../transfer/index.ts'
import type { Holder } from './holders.ts'

export interface FetchOptions {
  readonly transport: FetchingTransport
  readonly clock: Clock
  readonly random: Random
  readonly ref: BlobRef
  /** Keeps what was verified, also when the fetch fails; the caller closes it. */
  readonly sink: BlobSink
  /** The peers worth asking, looked at again and again. */
  readonly candidates: () => readonly PeerId[]
  /** Looks for hosts that are not connected and may have some, when the candidates give nothing; never rejects. */
  readonly findHolders?: () => Promise<readonly Holder[]>
  readonly signal?: AbortSignal
  /** Without a byte from anybody for this long, the fetch ends with BLOB_MISSING; in milliseconds. */
  readonly missingMs?: number
  /** The piece that somebody waits for; those from there on come first. */
  readonly wantedPiece?: () => number | undefined
  /** After each piece: how many are here, of how many. */
  readonly onProgress?: (piecesHere: number, pieceCount: number) => void
  /** A peer has sent what is not of the blob. */
  readonly onBadPeer?: (peer: PeerId) => void
  /** Has a listener told of each peer that asks for the same blob: it has some, or begins to fetch it. */
  readonly onAsked?: (listener: (peer: PeerId) => void) => Cancel
}
