/** A tree as the newest operations of a branch have it, whatever this host has done; and the files of it. */
import { posix } from 'node:path'
import * as z from 'zod'
import { type ChangesetId, IsconfError } from '../../base/index.ts'
import type { BlobAnswer, BlobBody, TreeAnswer, TreeBody, TreeEntry } from '../../control/index.ts'
import { blobOf, findOperation, type Journal, type SnapOperation } from '../../journal/index.ts'
import { type Handler, outputTo, parseBody } from './handler.ts'
import { branchOr } from './requests-branch.ts'
import { streamBlob } from './stream-blob.ts'

const bodies = {
  tree: z.strictObject({
    path: z.string().refine((path) => path.startsWith('/') && posix.resolve(path) === path, 'must be an absolute path'),
    branch: z.string().optional(),
  }) satisfies z.ZodType<TreeBody>,
  blob: z.strictObject({ operation: z.string(), branch: z.string().optional() }) satisfies z.ZodType<BlobBody>,
}

/** Held in memory while the journal is read; a changeset has no more than 60,000. */
const entriesMax = 200_000
/** Lines that are told at once. */
const linesAtOnce = 200

/** Gives the entries at and below a path as output. NO_SUCH_FILE, NO_SUCH_BRANCH, USAGE for more than can be held. */
export const tree: Handler = async (daemon, body, { tell, signal }): Promise<TreeAnswer> => {
  const { path, branch: name } = parseBody(bodies.tree, body)
  // A host that was off hears first what is new.
  await daemon.replicator.exchangeAll()
  const { name: branchName, journal } = branchOr(daemon, name)
  const { head } = journal
  const entries = await entriesOf(journal, path, signal)
  if (entries.length === 0) {
    throw new IsconfError('NO_SUCH_FILE', `nothing is recorded at ${path} on branch ${branchName}`)
  }
  const output = outputTo(tell)
  for (let from = 0; from < entries.length; from += linesAtOnce) {
    const lines = entries.slice(from, from + linesAtOnce).map((entry) => `${JSON.stringify(entry)}\n`)
    await output('stdout', Buffer.from(lines.join('')))
  }
  return { branch: branchName, head, entries: entries.length }
}

/** Gives the file that an operation carries as output. NO_SUCH_OPERATION, NO_SUCH_BRANCH, NOT_A_FILE, BLOB_MISSING. */
export const blob: Handler = async (daemon, body, context): Promise<BlobAnswer> => {
  const { operation: name, branch } = parseBody(bodies.blob, body)
  const { journal } = branchOr(daemon, branch)
  const { ref, sequence } = await findOperation(journal, name)
  const operation = (await journal.changesetAt(sequence)).changeset.operations[ref.index]
  const found = operation && blobOf(operation)
  if (!found) throw new IsconfError('NOT_A_FILE', `operation ${name} carries no file`)
  return streamBlob(daemon, found, context)
}

/** What is at a path and below it, by path. */
async function entriesOf(journal: Journal, path: string, signal: AbortSignal): Promise<readonly TreeEntry[]> {
  const view = new View(path)
  for (let sequence = journal.length; sequence > 0; sequence -= 1) {
    signal.throwIfAborted()
    const { id, changeset } = await journal.changesetAt(sequence)
    for (let index = changeset.operations.length - 1; index >= 0; index -= 1) {
      const operation = changeset.operations[index]
      if (operation?.type === 'snap') view.see(operation, id, index)
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
