/** Doing one operation on this host. */
import { type BlobRef, type Clock, IsconfError, Progress, unreachable } from '../base/index.ts'
import {
  blobOf,
  type FileOperation,
  type Operation,
  type RebootOperation,
  type SnapOperation,
} from '../journal/index.ts'
import type { InstallReport, Machine, OutputListener } from '../machine/index.ts'
import type { BlobStore } from '../store/index.ts'

export interface ApplyDeps {
  readonly machine: Machine
  readonly store: BlobStore
  readonly clock: Clock
  /** Hears how far the installation of a large file has come. */
  readonly onProgress: (path: string, doneBytes: number, totalBytes: number) => void
}

/** Every operation but the one that ends the run of the machine, and so is {@link doReboot}'s. */
export type LocalOperation = Exclude<Operation, RebootOperation>

/** How an operation ended: an exit status, what the history keeps of its output, and what a person should know. */
export interface Applied {
  readonly status: number
  /** SHA-256 of what a command wrote; empty for what writes none. */
  readonly output: string
  readonly remarks: readonly string[]
}

/** Does an operation. Its blob is here; an exec's failure is its status, any other failure is thrown. */
export async function apply(
  deps: ApplyDeps,
  operation: LocalOperation,
  output: OutputListener,
  signal: AbortSignal,
): Promise<Applied> {
  switch (operation.type) {
    case 'snap':
      return applySnap(deps, operation, signal)
    case 'exec': {
      const { status, outputSha256 } = await deps.machine.run(operation, output, signal)
      return { status, output: outputSha256, remarks: [] }
    }
    case 'bank':
      // That the journal has it is all there is to it.
      return installed({ remarks: [] })
    default:
      return unreachable(operation)
  }
}

/** The blob an operation needs before it can be done; undefined when it needs none. */
export function blobToInstall(operation: Operation): BlobRef | undefined {
  return operation.type === 'snap' ? blobOf(operation) : undefined
}

async function applySnap(deps: ApplyDeps, operation: SnapOperation, signal: AbortSignal): Promise<Applied> {
  const { machine } = deps
  switch (operation.kind) {
    case 'file':
      return installed(await installFile(deps, operation, signal))
    case 'directory':
      return installed(await machine.installDirectory(operation))
    case 'symlink':
      return installed(await machine.installSymlink(operation))
    case 'removal':
      // It may not be there: it never was, or a crash came after it was removed.
      await machine.remove(operation.path)
      return installed({ remarks: [] })
    default:
      return unreachable(operation)
  }
}

function installed({ remarks }: InstallReport): Applied {
  return { status: 0, output: '', remarks }
}

async function installFile(deps: ApplyDeps, operation: FileOperation, signal: AbortSignal): Promise<InstallReport> {
  const { machine, store, clock } = deps
  const { path, blob } = operation
  const progress = new Progress(clock, blob.sizeBytes, (done, total) => deps.onProgress(path, done, total))
  try {
    return await machine.installFile(operation, progress.count(store.readWhole(blob.id), signal), blob.id)
  } catch (error) {
    // A damaged copy must not stand in the way of a good one.
    if (error instanceof IsconfError && error.code === 'BLOB_MISMATCH') await store.drop(blob.id)
    throw error
  }
}
