/** What a daemon is made of that comes from outside itself, and who its host is. */
import type { KeyObject } from 'node:crypto'
import type { Clock, Disk, DomainName, Log, Random } from '../base/index.ts'
import type { Machine } from '../machine/index.ts'
import type { Transport } from '../mesh/index.ts'
import type { BootRecord, VerifyRecord } from '../replication/index.ts'
import type { BlobStore } from '../store/index.ts'
import type { Rehearsals } from './rehearsals.ts'
import type { WarningFacts } from './work-warnings.ts'

/** What the daemon needs from outside itself: the real thing in production, a simulated one in tests. */
export interface DaemonDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  readonly machine: Machine
  readonly store: BlobStore
  readonly key: KeyObject
  readonly log: Log
  /** Where this host can be dialed. */
  readonly addresses: () => readonly string[]
  /** Whether a host of that id signed something; not by its id in a simulated world. */
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
  /** The short host name, at the moment when it is read: a host may be renamed while its daemon runs. */
  readonly host: string
  readonly release: string
  readonly domain: DomainName
  /** IS_HOME. */
  readonly home: string
}
