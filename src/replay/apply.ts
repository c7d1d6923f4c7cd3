/** Doing one operation on this host. */
import { type BlobRef, IsconfError, unreachable } from '../base/index.ts'
import type { Machine, OutputListener } from '../host/index.ts'
import type { Operation, SnapOperation } from '../journal/index.ts'
import type { BlobStore } from '../store/index.ts'

export interface ApplyDeps {
  readonly machine: Machine
  readonly store: BlobStore
}

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
  operation: Operation,
  output: OutputListener,
  signal: AbortSignal,
): Promise<Applied> {
  switch (operation.type) {
    case 'snap':
      return installSnap(deps, operation)
    case 'exec': {
      const { status, outputSha256 } = await deps.machine.run(operation, output, signal)
      return { status, output: outputSha256, remarks: [] }
    }
    default:
      return unreachable(operation)
  }
}

/** The blob an operation needs before it can be done; undefined when it needs none. */
export function blobOf(operation: Operation): BlobRef | undefined {
  switch (operation.type) {
    case 'snap':
      return operation.blob
    case 'exec':
      return undefined
    default:
      return unreachable(operation)
  }
}

async function installSnap({ machine, store }: ApplyDeps, operation: SnapOperation): Promise<Applied> {
  try {
    const { remarks } = await machine.installFile(operation, store.readWhole(operation.blob.id), operation.blob.id)
    return { status: 0, output: '', remarks }
  } catch (error) {
    // A damaged copy must not stand in the way of a good one.
    if (error instanceof IsconfError && error.code === 'BLOB_MISMATCH') await store.drop(operation.blob.id)
    throw error
  }
}
