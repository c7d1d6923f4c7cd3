/**
 * How much of a journal was checked line by line, and as that of which domain,
 * kept beside it as `journal.checked`: a start in that domain then need only
 * hash those bytes again. Losing the note costs only time.
 */
import { createHash } from 'node:crypto'
import type { AppendLog, Disk, DomainName } from '../base/index.ts'

export interface Checkpoint {
  readonly bytes: number
  readonly sha256: string
  /** The domain that every changeset was found to be of. */
  readonly domain: DomainName
  /** The sequence numbers of the changesets with operations that are about the journal itself. */
  readonly directives: readonly number[]
}

/** The note beside the journal at `path`; undefined when there is none of this domain that can be read. */
export async function readCheckpoint(disk: Disk, path: string, domain: DomainName): Promise<Checkpoint | undefined> {
  const note = await disk.readFile(noteOf(path))
  if (note === undefined) return undefined
  try {
    const noted = JSON.parse(Buffer.from(note).toString('utf8')) as Partial<Checkpoint>
    const { bytes, sha256, directives } = noted
    if (noted.domain !== domain || typeof bytes !== 'number' || typeof sha256 !== 'string') return undefined
    // A note of a release that did not know of them is none.
    if (!Array.isArray(directives) || !directives.every(Number.isInteger)) return undefined
    return { bytes, sha256, domain, directives }
  } catch {
    return undefined
  }
}

/** Notes that all of `log`, the journal of `domain` at `path`, is checked; how many bytes that are. */
export async function saveCheckpoint(
  disk: Disk,
  path: string,
  domain: DomainName,
  log: AppendLog,
  directives: readonly number[],
): Promise<number> {
  const bytes = log.size
  const hash = createHash('sha256')
  for await (const lines of log.wholeLines(0, bytes)) hash.update(lines)
  const checkpoint: Checkpoint = { bytes, sha256: hash.digest('hex'), domain, directives }
  await disk.replaceFile(noteOf(path), `${JSON.stringify(checkpoint)}\n`)
  return bytes
}

function noteOf(path: string): string {
  return `${path}.checked`
}
