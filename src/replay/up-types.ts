/** What `up` needs, hears and gives. */
import type { BlobRef, Clock, Log } from '../base/index.ts'
import type { Branch } from '../branch/index.ts'
import type { Deviations, History, KeptOutputs, OperationRef } from '../host/index.ts'
import type { CommandListener, Machine } from '../machine/index.ts'
import type { BlobStore } from '../store/index.ts'
import type { Holds } from './holds.ts'
import type { InstalledEarly } from './installed-early.ts'
import type { Limits } from './steps.ts'

export interface UpDeps {
  readonly branch: Branch
  readonly history: History
  readonly deviations: Deviations
  readonly installedEarly: InstalledEarly
  readonly holds: Holds
  /** Keeps what operations write. */
  readonly outputs: Pick<KeptOutputs, 'keep' | 'forget'>
  readonly machine: Machine
  readonly store: BlobStore
  readonly clock: Clock
  /** Gets a blob that is not here from the other hosts. BLOB_MISSING. */
  readonly fetchBlob: (ref: BlobRef, signal: AbortSignal) => Promise<void>
  readonly log: Log
}

/** Hears what `up` does while it does it. */
export interface UpListener extends CommandListener {
  operation(name: string, text: string, number: number, total: number): void
  /** Waiting for a file that other hosts have. */
  waiting(name: string, ref: BlobRef): void
  /** For a file recorded with `--latest`, the newest version is installed instead: `by`. */
  newer(name: string, by: string): void
  /** How far the installation of a large file has come. */
  installing(path: string, doneBytes: number, totalBytes: number): void
  /** An operation that is void, because of another one. */
  passedOver(name: string, text: string, by: string): void
  remark(text: string): void
}

/** How far `up` goes. */
export interface UpOptions extends Limits {
  /** Whether the machine may be rebooted. */
  readonly reboot: boolean
}

export interface UpResult {
  /** How many operations were done. */
  readonly done: number
  /** How many were passed over because they are void. */
  readonly passedOver: number
  /** The operation for which the machine reboots now. */
  readonly rebooting: OperationRef | undefined
}
