/** What a journal has put where: the paths that were snapped and whose removal was not recorded since. */
import type { Operation } from '../journal/index.ts'
import type { Branch } from './branch.ts'
import { JournalFold } from './journal-fold.ts'

export type RecordedKind = 'file' | 'directory' | 'symlink'
export type RecordedPaths = ReadonlyMap<string, RecordedKind>

const foldByBranch = new WeakMap<Branch, JournalFold<Map<string, RecordedKind>>>()

/** What the journal of a branch has put where, and after it some operations more. Commands change nothing of it. */
export async function recordedPaths(branch: Branch, more: readonly Operation[]): Promise<RecordedPaths> {
  const fold = foldByBranch.get(branch) ?? new JournalFold(branch, { begin: () => new Map(), note })
  foldByBranch.set(branch, fold)
  const recorded = new Map(await fold.state())
  for (const operation of more) note(recorded, operation)
  return recorded
}

function note(kindByPath: Map<string, RecordedKind>, operation: Operation): void {
  if (operation.type !== 'snap') return
  const { kind, path } = operation
  if (kind !== 'removal') return void kindByPath.set(path, kind)
  for (const other of kindByPath.keys()) if (other === path || other.startsWith(`${path}/`)) kindByPath.delete(other)
}
