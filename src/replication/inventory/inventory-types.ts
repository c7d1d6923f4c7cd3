/** What the inventory needs, and what it tells about a host. */
import type { KeyObject } from 'node:crypto'
import type { Clock, Disk, Log, Random } from '../../base/index.ts'
import type { PeerId, Transport } from '../../mesh/index.ts'
import type { OwnWords } from '../announcement.ts'
import type { VerifyRecord } from './host-record.ts'
import type { HostRecords } from './host-records.ts'

/** What a host has told about itself. */
export interface KnownHost {
  readonly peer: PeerId
  readonly name: string
  /** Where it stands; undefined if its release does not tell. */
  readonly at: OwnWords['at']
  readonly boot: OwnWords['boot']
  /** The operation that it can't do, and why. */
  readonly stopped: OwnWords['stopped']
  /** Who holds it. */
  readonly held: OwnWords['held']
  /** Where it can be dialed, as it has told. */
  readonly addresses: readonly string[]
  /** When it was heard or lost last, for people. */
  readonly seen: string
}

export interface InventoryDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly disk: Pick<Disk, 'readFile' | 'replaceFile'>
  readonly path: string
  /** This host's key. */
  readonly key: KeyObject
  readonly words: () => OwnWords
  /** Where this host can be dialed. */
  readonly addresses: () => readonly string[]
  /** Another machine uses this host's key; `where` names it. */
  readonly onOwnKey?: (where: string) => void
  /**
   * Another check of signatures, and records that are here already and kept by who gives them, not in the file: in a
   * simulation of many hosts, of which each would write down what all the others write.
   */
  readonly isSigned?: VerifyRecord
  readonly records?: HostRecords
}
