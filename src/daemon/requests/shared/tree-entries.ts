/** What the newest operations of a branch have at a path and below it. */
import type { TreeEntry } from '../../../control/index.ts'
import type { Journal, SnapOperation } from '../../../journal/index.ts'
import { recordedAt } from '../../../verification/index.ts'

/** What is at a path and below it, by path; USAGE for more than can be held. */
export async function entriesOf(journal: Journal, path: string, signal?: AbortSignal): Promise<readonly TreeEntry[]> {
  const recorded = await recordedAt(journal, { top: path, signal })
  return recorded.flatMap(({ operation, key }) =>
    operation.kind === 'removal' || key === undefined ? [] : [entryOf(operation, key)],
  )
}

function entryOf(operation: Exclude<SnapOperation, { kind: 'removal' }>, name: string): TreeEntry {
  const { path, owner, mtimeMs } = operation
  const common = { path, operation: name, owner, mtimeMs }
  switch (operation.kind) {
    case 'file': {
      const { mode, blob } = operation
      return { ...common, kind: 'file', mode, sizeBytes: blob.sizeBytes, sha256: blob.id }
    }
    case 'directory':
      return { ...common, kind: 'directory', mode: operation.mode }
    case 'symlink':
      return { ...common, kind: 'symlink', target: operation.target }
  }
}
