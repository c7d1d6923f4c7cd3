/** What {@link BlobReplicator} needs. */
import type { Clock, Disk, Log, Random, Room } from '../../base/index.ts'
import type { Branches } from '../../branch/index.ts'
import type { PeerId } from '../../mesh/index.ts'
import type { BlobStore } from '../../store/index.ts'
import type { FetchingTransport } from '../../transfer/index.ts'
import type { KnownHost } from '../inventory/index.ts'

export interface BlobReplicatorDeps {
  readonly disk: Disk
  readonly branches: Branches
  readonly store: BlobStore
  readonly transport: FetchingTransport
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The other hosts of the domain, as the inventory knows them. */
  readonly hosts: () => readonly KnownHost[]
  /** Where a host can be dialed, as it has said; none where this host may not dial it. */
  readonly addressesOf: (peer: PeerId) => readonly string[]
  /** How much of the disk arriving files may take; all of it if absent. */
  readonly room?: Room
}
