/** What the newest operations of a branch have at a path and below it. */
import { type ChangesetId, IsconfError } from '../../../base/index.ts'
import { voidsIn } from '../../../branch/index.ts'
import type { TreeEntry } from '../../../control/index.ts'
import { isWithin, type Journal, type SnapOperation } from '../../../journal/index.ts'

/** Held in memory while the journal is read; a changeset has no more than 60,000. */
const entriesMax = 200_000

/** What is at a path and below it, by path; USAGE for more than can be held. */
export async function entriesOf(journal: Journal, path: string, signal?: AbortSignal): Promise<readonly TreeEntry[]> {
  const view = new View(path)
  const voids = await voidsIn(journal)
  for (let sequence = journal.length; sequence > 0; sequence -= 1) {
    signal?.throwIfAborted()
    const { id, changeset } = await journal.changesetAt(sequence)
    for (let index = changeset.operations.length - 1; index >= 0; index -= 1) {
      const operation = changeset.operations[index]
      if (operation?.type === 'snap' && !voids.has(`${id}:${index}`)) view.see(operation, id, index)
    }
  }
  return view.entries()
}

/** Built from the newest operation to the oldest: what is seen first of a path counts. */
class View {
  readonly #top: string
  readonly #entryByPath = new Map<string, TreeEntry>()
  /** At and below these nothing counts that is older. */
  readonly #closed = new Set<string>()

  constructor(top: string) {
    this.#top = top
  }

  see(operation: SnapOperation, id: ChangesetId, index: number): void {
    const { path } = operation
    if (isWithinAny(this.#closed, path)) return
    // Only a directory has anything below it; what was there before counts no more, also below a newer directory.
    if (operation.kind !== 'directory' && (isWithin(this.#top, path) || isWithin(path, this.#top)))
      this.#closed.add(path)
    if (operation.kind === 'removal' || this.#entryByPath.has(path) || !isWithin(this.#top, path)) return
    if (this.#entryByPath.size === entriesMax) {
      throw new IsconfError('USAGE', `${this.#top} has more than ${entriesMax} entries`, {
        hint: 'name a path below it',
      })
    }
    this.#entryByPath.set(path, entryOf(operation, `${id}:${index}`))
  }

  entries(): readonly TreeEntry[] {
    return [...this.#entryByPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  }
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

function isWithinAny(tops: ReadonlySet<string>, path: string): boolean {
  if (tops.has('/') || tops.has(path)) return true
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (tops.has(path.slice(0, end))) return true
  }
  return false
}
