/**
 * What a start reads of a journal: where its lines are and where it ends. What was checked before is hashed, if it is not
 * known to be the same, and the rest is checked line by line.
 */
import { createHash } from 'node:crypto'
import {
  type AppendLog,
  type ChangesetId,
  type Disk,
  type DomainName,
  IsconfError,
  leadingLines,
  type Salvage,
} from '../base/index.ts'
import { checkFollows, type Place, parseLine, placeOf, start } from './changeset.ts'
import { type CheckedBytes, type Checkpoint, readLines } from './checkpoint.ts'
import { LineIndex } from './line-index.ts'
import { mayBeDirective } from './operation.ts'

const newline = 0x0a

export interface LoadedJournal {
  readonly lines: LineIndex
  /** Of the head. */
  readonly place: Place
  /** The sequence numbers of the changesets with operations that are about the journal itself. */
  readonly directives: number[]
  /** How much of it was noted as checked before. */
  readonly noted: CheckedBytes
  /** Whether that was taken at its word, because nobody has changed the file since; it is yet to be hashed. */
  readonly isUnhashed: boolean
}

const nothingNoted: CheckedBytes = { bytes: 0, sha256: '' }

/**
 * Reads the journal of `domain` at `path`, with what was noted of it. JOURNAL_DAMAGED and OTHER_DOMAIN name the first bad
 * line.
 */
export async function loadJournal(
  disk: Disk,
  path: string,
  domain: DomainName,
  log: AppendLog,
  note: Checkpoint | undefined,
): Promise<LoadedJournal> {
  const { lines, place: checked, directives, ...before } = await loadChecked(disk, path, log, note)
  let place = checked
  for await (const bytes of log.wholeLines(lines.endOf(lines.length), log.size)) {
    for (const line of Buffer.from(bytes).toString('utf8').slice(0, -1).split('\n')) {
      const where = `${path}: line ${lines.length + 1}`
      const signed = parseLine(line, where)
      place = checkFollows(place, signed, domain, where)
      lines.add(signed.id, Buffer.byteLength(line) + 1)
      if (signed.changeset.operations.some(mayBeDirective)) directives.push(place.sequence)
    }
  }
  if (lines.endOf(lines.length) < log.size)
    throw new IsconfError('JOURNAL_DAMAGED', `${path}: line ${lines.length + 1}: it has no end`)
  return { lines, place, directives, ...before }
}

/** The lines, each with its newline, before the first that can't be used of a journal of `domain`. */
export function journalBeforeDamage(domain: DomainName): Salvage {
  return (bytes) => {
    let place = start
    return leadingLines(bytes, (line, index) => {
      const where = `line ${index + 1}`
      try {
        place = checkFollows(place, parseLine(line, where), domain, where)
        return true
      } catch (thrown) {
        if (thrown instanceof IsconfError && thrown.code === 'JOURNAL_DAMAGED') return false
        throw thrown
      }
    })
  }
}

/** What was checked before, if it is still the same bytes: of these only the ids are picked out. */
async function loadChecked(
  disk: Disk,
  path: string,
  log: AppendLog,
  note: Checkpoint | undefined,
): Promise<LoadedJournal> {
  const nothing = { lines: new LineIndex(), place: start, directives: [], noted: nothingNoted, isUnhashed: false }
  if (!note || note.bytes > log.size) return nothing
  const known = await readLines(disk, path, log, note)
  const lines = known ?? (await hashedLines(log, note))
  const last = lines?.length ?? 0
  if (lines === undefined || last === 0) return nothing
  const from = lines.endOf(last - 1)
  const line = await log.readRange(from, lines.endOf(last) - from - 1)
  const signed = parseLine(Buffer.from(line).toString('utf8'), `${path}: line ${last}`)
  const noted = { bytes: note.bytes, sha256: note.sha256 }
  const isUnhashed = known !== undefined
  return { lines, place: placeOf(signed), directives: [...note.directives], noted, isUnhashed }
}

/** Undefined when the bytes are others. */
async function hashedLines(log: AppendLog, note: CheckedBytes): Promise<LineIndex | undefined> {
  const lines = new LineIndex()
  const hash = createHash('sha256')
  for await (const bytes of log.wholeLines(0, note.bytes)) {
    hash.update(bytes)
    indexLines(lines, bytes)
  }
  return hash.digest('hex') === note.sha256 ? lines : undefined
}

function indexLines(index: LineIndex, bytes: Uint8Array): void {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let [from, end] = [0, lines.indexOf(newline)]; end >= 0; end = lines.indexOf(newline, from)) {
    index.add(idInLine(lines, end), end + 1 - from)
    from = end + 1
  }
}

/**
 * The id in the tail `"id":"<64>","signature":"<88>"}`, whose length never changes, of a line that was checked before;
 * its newline is at `newline`.
 */
function idInLine(lines: Buffer, newline: number): ChangesetId {
  const end = newline - '","signature":"'.length - 88 - '"}'.length
  return lines.toString('latin1', end - 64, end) as ChangesetId
}
