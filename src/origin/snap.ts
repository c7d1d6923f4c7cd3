/** `snap`: records a file as it is now, for every host of the branch. */
import type { SnapOperation } from '../journal/index.ts'
import { type OriginDeps, requireWork } from './work.ts'

export interface SnapRequest {
  readonly user: string
  /** The caller's current directory on this machine. */
  readonly cwd: string
  readonly path: string
}

/** Keeps the file's bytes and notes the operation. The failures of {@link requireWork} and of reading the file. */
export async function snap(deps: OriginDeps, request: SnapRequest): Promise<SnapOperation> {
  const { machine, store, work } = deps
  requireWork(deps, request.user)
  const file = await machine.openFile(machine.journalPath(request.path, request.cwd))
  try {
    work.refuseIfFull(file.attributes)
    const blob = await store.put(file.content)
    const { path, mode, owner, mtimeMs, parents } = file.attributes
    const operation: SnapOperation = {
      type: 'snap',
      kind: 'file',
      path,
      mode,
      owner,
      mtimeMs,
      parents: parents.map((parent) => ({ ...parent })),
      blob,
    }
    await work.add(operation)
    return operation
  } finally {
    await file.close()
  }
}
