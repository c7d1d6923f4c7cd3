/**
 * How much of a journal was checked line by line, kept beside it as
 * `journal.checked`: a start then need only hash those bytes again. Losing the
 * note costs only time.
 */
import { createHash } from 'node:crypto'
import type { AppendLog, Disk } from '../base/index.ts'

interface Checkpoint {
  readonly bytes: number
  readonly sha256: string
}

/** What is read at a time to be hashed. */
const chunkBytes = 1024 * 1024

/** How many bytes at the beginning of `bytes`, the journal at `path`, are the ones that were checked before. */
export async function checkedPrefix(disk: Disk, path: string, bytes: Uint8Array): Promise<number> {
  const note = await disk.readFile(noteOf(path))
  if (note === undefined) return 0
  try {
    const checkpoint = JSON.parse(Buffer.from(note).toString('utf8')) as Partial<Checkpoint>
    const length = checkpoint.bytes
    if (typeof length !== 'number' || length > bytes.length) return 0
    const hash = createHash('sha256').update(bytes.subarray(0, length)).digest('hex')
    return hash === checkpoint.sha256 ? length : 0
  } catch {
    return 0
  }
}

/** Notes that all of `log`, the journal at `path`, is checked; how many bytes that are. */
export async function saveCheckpoint(disk: Disk, path: string, log: AppendLog): Promise<number> {
  const bytes = log.size
  const hash = createHash('sha256')
  for (let from = 0; from < bytes; from += chunkBytes) {
    hash.update(await log.readRange(from, Math.min(chunkBytes, bytes - from)))
  }
  const checkpoint: Checkpoint = { bytes, sha256: hash.digest('hex') }
  await disk.replaceFile(noteOf(path), `${JSON.stringify(checkpoint)}\n`)
  return bytes
}

function noteOf(path: string): string {
  return `${path}.checked`
}
