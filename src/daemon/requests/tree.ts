/** A tree as the newest operations of a branch have it, whatever this host has done. */
import { posix } from 'node:path'
import * as z from 'zod'
import { type ChangesetId, IsconfError } from '../../base/index.ts'
import { voidsIn } from '../../branch/index.ts'
import type { TreeAnswer, TreeBody, TreeEntry } from '../../control/index.ts'
import type { Journal, SnapOperation } from '../../journal/index.ts'
import { branchNamed } from './shared/branch-named.ts'
import { branchName } from './shared/input.ts'
import { outputTo } from './shared/output.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

/** Held in memory while the journal is read; a changeset has no more than 60,000. */
const entriesMax = 200_000
/** Lines that are told at once. */
const linesAtOnce = 200

/** NO_SUCH_FILE, NO_SUCH_BRANCH, USAGE for more than can be held. */
export const treeRequest = request({
  name: 'tree',
  kind: 'stream',
  result: '`branch`, `head`, `entries` (how many); its `output` is the tree, an entry a line',
  input: z.strictObject({
    path: z.string().refine((path) => path.startsWith('/') && posix.resolve(path) === path, 'must be an absolute path'),
    branch: branchName,
  }) satisfies z.ZodType<TreeBody>,
  run: async (
    parts: Pick<Parts, 'branch' | 'branches' | 'replicator'>,
    { path, branch: name },
    { tell, signal },
  ): Promise<TreeAnswer> => {
    // A host that was off hears first what is new.
    await parts.replicator.catchUp()
    const { name: nameOfBranch, journal } = branchNamed(parts, name)
    const { head } = journal
    const entries = await entriesOf(journal, path, signal)
    if (entries.length === 0) {
      throw new IsconfError('NO_SUCH_FILE', `nothing is recorded at ${path} on branch ${nameOfBranch}`)
    }
    const output = outputTo(tell)
    for (let from = 0; from < entries.length; from += linesAtOnce) {
      const lines = entries.slice(from, from + linesAtOnce).map((entry) => `${JSON.stringify(entry)}\n`)
      await output('stdout', Buffer.from(lines.join('')))
    }
    return { branch: nameOfBranch, head, entries: entries.length }
  },
})

/** What is at a path and below it, by path. */
async function entriesOf(journal: Journal, path: string, signal: AbortSignal): Promise<readonly TreeEntry[]> {
  const view = new View(path)
  const voids = await voidsIn(journal)
  for (let sequence = journal.length; sequence > 0; sequence -= 1) {
    signal.throwIfAborted()
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

/** Whether a path is another one or below it. */
function isWithin(top: string, path: string): boolean {
  return path === top || top === '/' || path.startsWith(`${top}/`)
}

function isWithinAny(tops: ReadonlySet<string>, path: string): boolean {
  if (tops.has('/') || tops.has(path)) return true
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (tops.has(path.slice(0, end))) return true
  }
  return false
}
