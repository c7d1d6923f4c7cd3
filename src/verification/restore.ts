/** Puts back what is not as the journal says. */
import type { BlobRef, Clock } from '../base/index.ts'
import { applyInstalls, blobToInstall, type InstallOperation, isInstall } from '../replay/index.ts'
import type { BlobStore } from '../store/index.ts'
import { type Unlike, type VerifyDeps, verify } from './verify.ts'

export interface RestoreDeps extends VerifyDeps {
  readonly store: BlobStore
  readonly clock: Clock
  /** Gets a blob that is not here from the other hosts. BLOB_MISSING. */
  readonly fetchBlob: (ref: BlobRef, signal: AbortSignal) => Promise<void>
}

export interface RestoreListener {
  /** How many paths were compared. */
  compared(done: number, total: number): void
  /** How far the installation of a large file has come. */
  installing(path: string, doneBytes: number, totalBytes: number): void
  remark(text: string): void
}

/**
 * Puts back what is at and below a path. Returns what there was to put back. What the journal does not have stays.
 * NO_SUCH_FILE, OFF_BRANCH, BLOB_MISSING, INSTALL_FAILED, REMOVE_FAILED, PROTECTED_PATH.
 */
export async function restore(
  deps: RestoreDeps,
  top: string,
  listener: RestoreListener,
  signal: AbortSignal,
): Promise<readonly Unlike[]> {
  const { machine, store } = deps
  const { unlike } = await verify(deps, top, (done, total) => listener.compared(done, total), signal)
  const installs = inOrder(unlike.flatMap(({ operation }) => (isInstall(operation) ? [operation] : [])))
  // Nothing is touched before all that is needed is here.
  for (const operation of installs) {
    const blob = blobToInstall(operation)
    if (blob && !store.has(blob.id)) await deps.fetchBlob(blob, signal)
  }
  for (const one of unlike) if (one.operation.kind === 'removal' || standsInTheWay(one)) await machine.remove(one.path)
  const applyDeps = { ...deps, onProgress: listener.installing }
  for (let rest = installs; rest.length > 0; ) {
    signal.throwIfAborted()
    const applied = await applyInstalls(applyDeps, rest.slice(0, installsAtOnce), signal)
    for (const { remarks } of applied) for (const remark of remarks) listener.remark(remark)
    rest = rest.slice(applied.length)
  }
  return unlike
}

const installsAtOnce = 256

/** Whether a file is where a directory belongs. A directory with everything in it is never removed unasked. */
function standsInTheWay({ operation, differences }: Unlike): boolean {
  return operation.kind === 'directory' && differences.some(({ what }) => what === 'kind')
}

/** Each directory after what is in it, so that its time of change stays; a second name after the file. */
function inOrder(operations: readonly InstallOperation[]): readonly InstallOperation[] {
  const place = (one: InstallOperation): number =>
    one.kind === 'directory' ? 2 : one.kind === 'file' && one.hardlink !== undefined ? 1 : 0
  return operations.toSorted((a, b) => place(a) - place(b) || (a.path < b.path ? 1 : -1))
}
