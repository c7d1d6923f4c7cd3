/** What a daemon is made of that comes from outside itself, and who its host is. */
import type { KeyObject } from 'node:crypto'
import type { Clock, Disk, DomainName, Log, Random, Room } from '../base/index.ts'
import type { Machine } from '../machine/index.ts'
import type { BootRecord, Namesake, VerifyRecord } from '../replication/index.ts'
import type { BlobStore } from '../store/index.ts'
import type { FetchingTransport } from '../transfer/index.ts'
import type { Rehearsals } from './rehearsals.ts'
import type { WarningFacts } from './work-warnings.ts'

/** What the daemon needs from outside itself: the real thing in production, a simulated one in tests. */
export interface DaemonDeps {
  readonly disk: Disk
  /** How much of the disk arriving files may take; all of it in a simulated world. */
  readonly room?: Room
  readonly clock: Clock
  readonly random: Random
  readonly transport: FetchingTransport
  readonly machine: Machine
  readonly store: BlobStore
  readonly key: KeyObject
  readonly log: Log
  /** Where this host can be dialed. */
  readonly addresses: () => readonly string[]
  /** Only hosts in nets are dialed. */
  readonly dialsOnlyNets?: boolean
  /** Another machine speaks with this host's key; `where` names it. */
  readonly onOwnKey?: (where: string) => void
  /** Checks that the host with an id signed something; in a simulated world not by its id. */
  readonly isSigned?: VerifyRecord
  /** How the last boot ended; not in a simulated world. */
  readonly bootRecord?: BootRecord
  /** Rehearsals on this host; not in a simulated world. */
  readonly rehearsals?: Rehearsals
  /** What warnings of operations that do not replay look at; not in a simulated world. */
  readonly warningFacts?: WarningFacts
  /** Resolves when a daemon that was just started has had the time to find the others; soon in any case. */
  readonly settled: Promise<void>
}

/** Who this host is. */
export interface Identity {
  /** The name it goes by now: the short one, if no other host has it. */
  readonly host: string
  /**
   * The name with its domain, which distinguishes it from a host with the same short name; the short name if it has no
   * domain.
   */
  readonly fullName?: string
  /** The short name, and who else has it; undefined if nobody does. */
  readonly sharedName?: { readonly short: string; readonly others: readonly Namesake[] } | undefined
  readonly release: string
  readonly domain: DomainName
  /** IS_HOME. */
  readonly home: string
}
