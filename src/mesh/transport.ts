/**
 * The one small interface through which the engine of the mesh is reached. It
 * has two implementations, TLS and the simulated network, and one contract
 * suite that both pass.
 */
import type { Cancel } from '../base/index.ts'

/** The public name of a host's key on the mesh. */
export type PeerId = string & { readonly __peerId: never }

export interface Transport {
  /** This host's own id. */
  readonly self: PeerId
  /** Which of the connected peers hang. */
  readonly liveness: PeerLiveness
  /**
   * Connects to an address (a multiaddr, or the simulated network's); the id of who answered and was admitted.
   * OwnAddressError when this host answered itself.
   */
  dial(address: string, signal?: AbortSignal): Promise<PeerId>
  /**
   * Hears of every admitted peer that becomes reachable or is lost: one event for a peer, however many connections
   * there are.
   */
  onPeer(listener: (event: PeerEvent) => void): Cancel
  /**
   * Opens a stream to a connected peer for one protocol. Rejects when the peer is gone or does not speak it; where another
   * process opens it, nobody waits for that, and reading the stream rejects.
   */
  openStream(peer: PeerId, protocol: string, opening?: Opening): Promise<PeerStream>
  /**
   * Serves a protocol: `serve` is called for each stream that a peer opens. When it resolves, our side is closed and
   * what still comes is dropped; when it rejects, the stream is aborted.
   */
  handle(protocol: string, serve: (stream: PeerStream) => Promise<void>): void
  /** The admitted peers that are connected now. */
  peers(): readonly ConnectedPeer[]
  /** Why this host reaches nobody at the moment, by its own fault: a sentence for a person. */
  outage?(): string | undefined
  /** Hangs up on a peer: its streams fail, and both sides hear that it is lost. Does nothing if it is not connected. */
  disconnect(peer: PeerId): void
  /** Ends every connection and listens no more. */
  close(): Promise<void>
}

/** How a stream is opened. */
export interface Opening {
  /** Gives it up, as long as it is not open. */
  readonly signal?: AbortSignal | undefined
  /**
   * What is said first, {@link firstBytesMax} at most: it goes with the word that opens the stream, so that an answer takes
   * one round trip. It may go twice, the second time on another connection, but a peer hears it once.
   */
  readonly first?: Uint8Array | undefined
}

/** As much as a peer that does not speak the protocol may be sent in vain. */
export const firstBytesMax = 64 * 1024

/** A Transport on which files are fetched. */
export interface FileTransport extends Transport {
  /**
   * Opens a stream that carries files: if the peer can be dialed, on a connection of its own, so that no question waits
   * behind the bytes of a file. A peer that is not connected is dialed at `addresses`, and let go when it is idle; it is
   * none of {@link peers}. Rejects when it can't be dialed, or too many such are connected.
   */
  openFileStream(peer: PeerId, protocol: string, opening?: FileOpening): Promise<PeerStream>
}

export interface FileOpening extends Opening {
  readonly addresses?: readonly string[] | undefined
  /** Whether so much is to come that the stream is worth a connection for itself, whose end is believed. */
  readonly isLarge?: boolean
}

/** Which peers hang: they are connected, and answer nothing at all. */
export interface PeerLiveness {
  /** Whether a peer was found to hang and has not been heard from since. */
  hangs(peer: PeerId): boolean
  /** How many bytes have come from a peer. */
  heardBytes(peer: PeerId): number
  /**
   * The answer of a peer; rejects if nothing has come from the peer for longer than most answers take. The question
   * goes on.
   */
  unlessQuiet<T>(peer: PeerId, answer: Promise<T>): Promise<T>
  /** Calls `onHang` once when the peer hangs, or at once if that is known, until it is cancelled. */
  watch(peer: PeerId, onHang: () => void): Cancel
  /** Hears of each peer that answers again. */
  onBack(listener: (peer: PeerId) => void): Cancel
}

export interface PeerEvent {
  readonly type: 'up' | 'down'
  readonly peer: PeerId
}

export interface ConnectedPeer {
  readonly id: PeerId
  /** The remote address, for people. */
  readonly address: string
  /** Where it can be dialed, best first; none until it has said where it listens. */
  readonly dialable: readonly string[]
  /** The host over which it is reached, if it is not reached directly. */
  readonly via?: PeerId
}

/** One two-way stream of bytes to one peer, with back-pressure both ways. */
export interface PeerStream {
  readonly peer: PeerId
  /** Whether questions and their answers travel on the same connection, and wait for what this stream has on its way. */
  readonly sharesLink?: boolean
  /** What arrives, in chunks of any size; ends when the peer has closed its side, throws when the stream is aborted. Read once. */
  readonly incoming: AsyncIterable<Uint8Array>
  /**
   * Sends; resolves when more may be sent, so that a slow reader slows the writer and costs no memory. The bytes are
   * not copied: they must not be changed afterwards. One write at a time.
   */
  write(bytes: Uint8Array): Promise<void>
  /**
   * Resolves when all that was written has left this process, so that its memory may be reused. Rejects if the stream
   * ends before that; then nobody knows what arrived.
   */
  sent(): Promise<void>
  /** Says that nothing more will be sent. */
  closeWrite(): Promise<void>
  /** Ends both directions at once; the other side's reads and writes fail. */
  abort(reason: Error): void
}

/** A dialed address turned out to be this host's own. */
export class OwnAddressError extends Error {
  override readonly name = 'OwnAddressError'

  constructor(address: string) {
    super(`${address} is this host's own address`)
  }
}
