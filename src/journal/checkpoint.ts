/**
 * How much of a journal was checked line by line, and as that of which domain, kept beside it as `journal.checked`: a
 * start in that domain then need only hash those bytes again. Beside a long journal there is also `journal.lines`, which
 * says where its lines are: where the kernel says that nobody has changed the journal since, a start needs no more than
 * that. Losing either costs only time.
 */
import { createHash, type Hash } from 'node:crypto'
import { type AppendLog, type Disk, type DomainName, IsconfError } from '../base/index.ts'
import { LineIndex } from './line-index.ts'

/** The bytes of a journal that were checked line by line. */
export interface CheckedBytes {
  readonly bytes: number
  readonly sha256: string
}

export interface Checkpoint extends CheckedBytes {
  /** The domain that every changeset was found to be of. */
  readonly domain: DomainName
  /** The sequence numbers of the changesets with operations that are about the journal itself. */
  readonly directives: readonly number[]
  /** How many lines that are, which file it was, and the SHA-256 of `journal.lines`: of a long journal. */
  readonly lines?: { readonly count: number; readonly stamp: string; readonly sha256: string } | undefined
}

/** An open journal, every line of which was checked. */
export interface NotedJournal {
  readonly disk: Disk
  readonly path: string
  readonly domain: DomainName
  readonly log: AppendLog
  readonly lines: LineIndex
  readonly directives: readonly number[]
}

/** To hash a journal that is shorter takes no longer than to read one more file. */
export const indexedBytesMin = 1024 * 1024

/** The note beside the journal at `path`; undefined when there is none of this domain that can be read. */
export async function readCheckpoint(disk: Disk, path: string, domain: DomainName): Promise<Checkpoint | undefined> {
  const note = await disk.readFile(noteOf(path))
  if (note === undefined) return undefined
  try {
    const noted = JSON.parse(Buffer.from(note).toString('utf8')) as Partial<Checkpoint>
    const { bytes, sha256, directives, lines } = noted
    if (noted.domain !== domain || !isLength(bytes) || typeof sha256 !== 'string') return undefined
    // A note of a release that did not know of them is none.
    if (!Array.isArray(directives) || !directives.every(Number.isInteger)) return undefined
    return { bytes, sha256, domain, directives, lines }
  } catch {
    return undefined
  }
}

/** Where the lines of the journal at `path` are that a note speaks of; undefined unless the file is as it was noted. */
export async function readLines(
  disk: Disk,
  path: string,
  log: AppendLog,
  { bytes, lines }: Checkpoint,
): Promise<LineIndex | undefined> {
  if (!lines || lines.stamp !== (await log.stamp())) return undefined
  const file = await disk.readFile(linesOf(path))
  if (!file || createHash('sha256').update(file).digest('hex') !== lines.sha256) return undefined
  const index = LineIndex.of(file, lines.count)
  return index?.endOf(index.length) === bytes ? index : undefined
}

/**
 * Notes that all of a journal is checked: of `before`, which was noted earlier, and of the rest the caller knows.
 * JOURNAL_DAMAGED when the former is not the same any more.
 */
export async function saveCheckpoint(journal: NotedJournal, before: CheckedBytes): Promise<CheckedBytes> {
  const { disk, path, domain, log, lines, directives } = journal
  // First: of what is changed from here on nothing is known.
  const stamp = await log.stamp()
  const [bytes, count] = [log.size, lines.length]
  const hash = await hashChecked(journal, before)
  for await (const added of log.wholeLines(before.bytes, bytes)) hash.update(added)
  const checked: CheckedBytes = { bytes, sha256: hash.digest('hex') }
  const noted = bytes < indexedBytesMin ? undefined : { count, stamp, sha256: await putLines(journal) }
  const checkpoint: Checkpoint = { ...checked, domain, directives, lines: noted }
  await disk.replaceFile(noteOf(path), `${JSON.stringify(checkpoint)}\n`)
  return checked
}

/** The hash of what was noted of a journal. JOURNAL_DAMAGED when that is not the same any more. */
export async function hashChecked(journal: NotedJournal, { bytes, sha256 }: CheckedBytes): Promise<Hash> {
  const hash = createHash('sha256')
  for await (const lines of journal.log.wholeLines(0, bytes)) hash.update(lines)
  if (bytes === 0 || hash.copy().digest('hex') === sha256) return hash
  await forgetLines(journal)
  throw damagedInUse(`${journal.path}: it is not as it was when it was checked`)
}

/** Has the next start hash the journal, which then finds the damage. */
export function forgetLines({ disk, path }: NotedJournal): Promise<void> {
  return disk.remove(linesOf(path))
}

/** Damage that is found while the journal is open. */
export function damagedInUse(message: string, cause?: unknown): IsconfError {
  const hint = 'isconf restart: the daemon then sets the damage aside, and fetches what is missing from other hosts'
  return new IsconfError('JOURNAL_DAMAGED', message, { hint, cause })
}

async function putLines({ disk, path, lines }: NotedJournal): Promise<string> {
  const bytes = lines.bytes()
  await disk.replaceFile(linesOf(path), bytes)
  return createHash('sha256').update(bytes).digest('hex')
}

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function noteOf(path: string): string {
  return `${path}.checked`
}

function linesOf(path: string): string {
  return `${path}.lines`
}
