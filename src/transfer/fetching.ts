/**
 * How files are fetched where another process asks the peers for them: it takes apart what they send, and hands on bytes
 * whose number was known before.
 */
import type { FileTransport, PeerId, Transport } from '../mesh/index.ts'
import type { BlobRequestKind } from './blob-protocol.ts'

/** A transport on which files are fetched, or one whose files another process fetches. */
export type FetchingTransport =
  | (FileTransport & { readonly fetching?: undefined })
  | (Transport & { readonly fetching: FetchingProcess })

/** Which file is asked for, and whom. */
export interface FileAsked {
  readonly peer: PeerId
  /** Where it is dialed for files; undefined when it is connected. */
  readonly addresses?: readonly string[] | undefined
  readonly id: string
  readonly sizeBytes: number
  /** Whether pieces are wanted, or only questions are asked. */
  readonly isForPieces: boolean
}

/** Which small files are asked for together, and whom. */
export interface FilesAsked extends Pick<FileAsked, 'peer' | 'addresses'> {
  readonly files: readonly Pick<FileAsked, 'id' | 'sizeBytes'>[]
}

/** What is asked about the file of a lane; the two numbers are of a range, in bytes. */
export interface LaneQuestion {
  readonly kind: BlobRequestKind
  readonly position: number
  readonly length: number
}

/** Questions for one file to one peer, each answered before the next is asked. */
export interface LaneStream {
  ask(question: LaneQuestion): Promise<void>
  /** A short answer, with as many bytes as one of these numbers; undefined if the peer does not have it. */
  small(lengths: readonly number[]): Promise<Uint8Array | undefined>
  /**
   * The next piece of a range, of exactly `length` bytes, in `memory` or in memory of its own; undefined if the peer does
   * not have it. `onPart` hears how much of it has come.
   */
  piece(length: number, memory: Uint8Array, onPart: (bytes: number) => void): Promise<Uint8Array | undefined>
  closeWrite(): Promise<void>
  abort(reason: Error): void
}

/** Small files that come together. */
export interface FilesStream {
  /** The next one, of exactly so many bytes; undefined if the peer does not have it. `onPart` hears how much of it has come. */
  next(sizeBytes: number, onPart: (bytes: number) => void): Promise<Uint8Array | undefined>
  abort(reason: Error): void
}

/** The process that asks. Nothing that it gives is believed to be of the file: that only its hash tells. */
export interface FetchingProcess {
  openLane(asked: FileAsked, signal: AbortSignal): Promise<LaneStream>
  openFiles(asked: FilesAsked, signal: AbortSignal): Promise<FilesStream>
}
