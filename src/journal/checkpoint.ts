/**
 * How much of a journal was checked line by line, kept beside it as
 * `journal.checked`: a start then need only hash those bytes again. Losing the
 * note costs only time.
 */
import { createHash } from 'node:crypto'
import type { AppendLog, Disk } from '../base/index.ts'

export interface Checkpoint {
  readonly bytes: number
  readonly sha256: string
}

/** The note beside the journal at `path`; undefined when there is none that can be read. */
export async function readCheckpoint(disk: Disk, path: string): Promise<Checkpoint | undefined> {
  const note = await disk.readFile(noteOf(path))
  if (note === undefined) return undefined
  try {
    const { bytes, sha256 } = JSON.parse(Buffer.from(note).toString('utf8')) as Partial<Checkpoint>
    return typeof bytes === 'number' && typeof sha256 === 'string' ? { bytes, sha256 } : undefined
  } catch {
    return undefined
  }
}

/** Notes that all of `log`, the journal at `path`, is checked; how many bytes that are. */
export async function saveCheckpoint(disk: Disk, path: string, log: AppendLog): Promise<number> {
  const bytes = log.size
  const hash = createHash('sha256')
  for await (const lines of log.wholeLines(0, bytes)) hash.update(lines)
  const checkpoint: Checkpoint = { bytes, sha256: hash.digest('hex') }
  await disk.replaceFile(noteOf(path), `${JSON.stringify(checkpoint)}\n`)
  return bytes
}

function noteOf(path: string): string {
  return `${path}.checked`
}
