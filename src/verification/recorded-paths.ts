/** What a journal says about paths, at its end or at an earlier place: the newest operation about each path. */
import { type ChangesetId, IsconfError } from '../base/index.ts'
import { voidsIn } from '../branch/index.ts'
import { isWithin, type Journal, type SnapOperation } from '../journal/index.ts'

/** How many are held in memory while the journal is read; a changeset has no more than 60,000. */
const pathsMax = 200_000

/** A path, and the operation that says what is there, or that nothing is. */
export interface RecordedAt {
  readonly path: string
  readonly operation: SnapOperation
  /** The whole name of the operation; undefined if it is not checked in. */
  readonly key: string | undefined
}

export interface RecordedQuery {
  /** Only what is at it and below it. */
  readonly top: string
  /** How many operations of the journal count, from the first on; all if absent. */
  readonly operations?: number | undefined
  /** Work after these operations that is not checked in. */
  readonly work?: readonly SnapOperation[] | undefined
  /** Whether to include paths of which the newest operation says that nothing is there. */
  readonly removals?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** By path; void operations do not count. USAGE for more than fits into memory. */
export async function recordedAt(journal: Journal, query: RecordedQuery): Promise<readonly RecordedAt[]> {
  const { operations: count = Number.POSITIVE_INFINITY, work = [], signal } = query
  const view = new View(query)
  for (const operation of work.toReversed()) view.see({ path: operation.path, operation, key: undefined })
  const voids = await voidsIn(journal)
  for (let sequence = journal.length; sequence > 0; sequence -= 1) {
    signal?.throwIfAborted()
    const { id, changeset } = await journal.changesetAt(sequence)
    const last = Math.min(changeset.operations.length, count - changeset.operationsBefore) - 1
    for (let index = last; index >= 0; index -= 1) {
      const operation = changeset.operations[index]
      const key = keyOf(id, index)
      if (operation?.type === 'snap' && !voids.has(key)) view.see({ path: operation.path, operation, key })
    }
  }
  return view.all()
}

function keyOf(id: ChangesetId, index: number): string {
  return `${id}:${index}`
}

/** Built from the newest operation to the oldest: the first one that is seen about a path counts. */
class View {
  readonly #top: string
  readonly #withRemovals: boolean
  readonly #byPath = new Map<string, RecordedAt>()
  /** At and below these paths, older operations do not count. */
  readonly #closed = new Set<string>()
  /** Directories above what was recorded later: something is there, and older operations may say what. */
  readonly #above = new Set<string>()

  constructor({ top, removals = false }: RecordedQuery) {
    this.#top = top
    this.#withRemovals = removals
  }

  see(recorded: RecordedAt): void {
    const { path, operation } = recorded
    if (isWithinAny(this.#closed, path)) return
    // Only a directory has anything below it; what was there before counts no more, also below a newer directory.
    if (operation.kind !== 'directory' && (isWithin(this.#top, path) || isWithin(path, this.#top)))
      this.#closed.add(path)
    if (this.#byPath.has(path) || !isWithin(this.#top, path)) return
    if (operation.kind === 'removal') {
      if (this.#withRemovals && !this.#above.has(path)) this.#add(recorded)
      return
    }
    this.#add(recorded)
    for (let parent = parentOf(path); !this.#above.has(parent); parent = parentOf(parent)) this.#above.add(parent)
  }

  #add(recorded: RecordedAt): void {
    if (this.#byPath.size === pathsMax) {
      throw new IsconfError('USAGE', `${this.#top} has more than ${pathsMax} entries`, { hint: 'name a path below it' })
    }
    this.#byPath.set(recorded.path, recorded)
  }

  all(): readonly RecordedAt[] {
    return [...this.#byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

function isWithinAny(tops: ReadonlySet<string>, path: string): boolean {
  if (tops.has('/') || tops.has(path)) return true
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (tops.has(path.slice(0, end))) return true
  }
  return false
}
