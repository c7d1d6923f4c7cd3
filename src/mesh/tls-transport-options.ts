/** What the mesh's Transport is made with. */
import type { KeyObject } from 'node:crypto'
import type { Cancel, Clock, Log, Random } from '../base/index.ts'
import type { Member } from './admission.ts'
import type { Strangers } from './strangers.ts'

export interface TlsTransportOptions extends Member {
  /** Hears when the keys may be others: who has proved none of them is cut off then. */
  readonly onKeys: (listener: () => void) => Cancel
  /** This host's Ed25519 private key. */
  readonly hostKey: KeyObject
  /** Its certificate, as PEM. */
  readonly certificate: string
  /** IP address to listen on, such as 0.0.0.0. */
  readonly host: string
  /** TCP port; 0 for any that is free. */
  readonly port: number
  /**
   * Limits the segments of connections to a listening socket, by its descriptor, in both directions; absent where that
   * is not possible.
   */
  readonly setSegmentMax?: ((fd: number, bytes: number) => void) | undefined
  /** Hears of those that were not admitted. */
  readonly strangers?: Strangers
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Hears that a peer has said where it can be dialed. */
  readonly onFacts?: () => void
  /** Another machine has this host's key; `address` is where it was met. */
  readonly onOwnIdentity: (address: string) => void
}
