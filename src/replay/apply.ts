/** Doing one operation on this host. */
import { type BlobRef, type Clock, Progress, unreachable } from '../base/index.ts'
import {
  blobOf,
  type FileOperation,
  type Operation,
  type RebootOperation,
  type RemovalOperation,
  type SnapOperation,
  type UnknownOperation,
} from '../journal/index.ts'
import { type CommandListener, type Installation, type Machine, runWatched } from '../machine/index.ts'

/** Gives a file's bytes; they are checked as they are put in place. */
interface Readable {
  has(id: string): boolean
  readWhole(id: string): AsyncIterable<Uint8Array>
}

export interface ApplyDeps {
  readonly machine: Machine
  readonly store: Readable
  readonly clock: Clock
  /** Hears how far the installation of a large file has come. */
  readonly onProgress: (path: string, doneBytes: number, totalBytes: number) => void
}

/** Every operation except a reboot, which {@link doReboot} does. */
export type LocalOperation = Exclude<Operation, RebootOperation | UnknownOperation>

/** An operation that puts something in place; several in a row may be done together. */
export type InstallOperation = Exclude<SnapOperation, RemovalOperation>

export function isInstall(operation: Operation): operation is InstallOperation {
  return operation.type === 'snap' && operation.kind !== 'removal'
}

/** How an operation ended: an exit status, what the history keeps of its output, and remarks for a person. */
export interface Applied {
  readonly status: number
  /** SHA-256 of what a command wrote; empty for what writes none. */
  readonly output: string
  readonly remarks: readonly string[]
}

/** Does an operation. If an exec fails, that is its status; any other failure is thrown. */
export async function apply(
  deps: Pick<ApplyDeps, 'machine' | 'clock'>,
  operation: Exclude<LocalOperation, InstallOperation>,
  listener: CommandListener,
  signal: AbortSignal,
): Promise<Applied> {
  switch (operation.type) {
    case 'snap':
      // It may not be there: it never was, or a crash came after it was removed.
      await deps.machine.remove(operation.path)
      return done
    case 'exec': {
      const { status, outputSha256 } = await runWatched(deps, operation, listener, signal)
      return { status, output: outputSha256, remarks: [] }
    }
    case 'bank':
    case 'void':
    case 'hold':
    case 'release':
      // That the journal has it is all there is to it.
      return done
    default:
      return unreachable(operation)
  }
}

const done: Applied = { status: 0, output: '', remarks: [] }

/** Does the first of these operations, and as many after it as go with it. Their blobs are here. */
export async function applyInstalls(
  deps: ApplyDeps,
  operations: readonly InstallOperation[],
  signal: AbortSignal,
): Promise<readonly Applied[]> {
  const reports = await deps.machine.install(operations.map((operation) => installationOf(deps, operation, signal)))
  return reports.map(({ remarks }) => ({ ...done, remarks }))
}

/** The blob that an operation needs before it can be done; undefined if it needs none. */
export function blobToInstall(operation: Operation): BlobRef | undefined {
  return operation.type === 'snap' ? blobOf(operation) : undefined
}

function installationOf(deps: ApplyDeps, operation: InstallOperation, signal: AbortSignal): Installation {
  switch (operation.kind) {
    case 'file':
      return {
        ...{ kind: operation.kind, attributes: operation, sha256: operation.blob.id },
        content: () => contentOf(deps, operation, signal),
      }
    case 'directory':
      return { kind: operation.kind, attributes: operation }
    case 'symlink':
      return { kind: operation.kind, attributes: operation }
    default:
      return unreachable(operation)
  }
}

function contentOf(
  { store, clock, onProgress }: ApplyDeps,
  { path, blob }: FileOperation,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const progress = new Progress(clock, blob.sizeBytes, (done, total) => onProgress(path, done, total))
  return progress.count(store.readWhole(blob.id), signal)
}
