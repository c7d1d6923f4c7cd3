/**
 * What a start reads of a journal: where its lines are and where it ends. What was checked before is hashed, and the
 * rest is checked line by line.
 */
import { createHash } from 'node:crypto'
import { type AppendLog, type Disk, type DomainName, IsconfError, leadingLines, type Salvage } from '../base/index.ts'
import { checkFollows, type Place, parseLine, placeOf, start } from './changeset.ts'
import { readCheckpoint } from './checkpoint.ts'
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
  readonly notedBytes: number
}

/** Reads the journal of `domain` at `path`. JOURNAL_DAMAGED and OTHER_DOMAIN name the first bad line. */
export async function loadJournal(
  disk: Disk,
  path: string,
  domain: DomainName,
  log: AppendLog,
): Promise<LoadedJournal> {
  const { lines, place: checked, directives, notedBytes } = await loadChecked(disk, path, domain, log)
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
  return { lines, place, directives, notedBytes }
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
async function loadChecked(disk: Disk, path: string, domain: DomainName, log: AppendLog): Promise<LoadedJournal> {
  const nothing = { lines: new LineIndex(), place: start, directives: [], notedBytes: 0 }
  const note = await readCheckpoint(disk, path, domain)
  if (!note || note.bytes > log.size) return nothing
  const lines = new LineIndex()
  const hash = createHash('sha256')
  for await (const bytes of log.wholeLines(0, note.bytes)) {
    hash.update(bytes)
    indexLines(lines, bytes)
  }
  const last = lines.length
  if (last === 0 || hash.digest('hex') !== note.sha256) return nothing
  const from = lines.endOf(last - 1)
  const line = await log.readRange(from, lines.endOf(last) - from - 1)
  const signed = parseLine(Buffer.from(line).toString('utf8'), `${path}: line ${last}`)
  return { lines, place: placeOf(signed), directives: [...note.directives], notedBytes: note.bytes }
}

function indexLines(index: LineIndex, bytes: Uint8Array): void {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let [from, end] = [0, lines.indexOf(newline)]; end >= 0; end = lines.indexOf(newline, from)) {
    index.addFrom(lines, idInLine(end), end + 1 - from)
    from = end + 1
  }
}

/**
 * Where the id is in the tail `"id":"<64>","signature":"<88>"}`, whose length never changes, of a line that was checked
 * before; its newline is at `newline`.
 */
function idInLine(newline: number): number {
  return newline - '","signature":"'.length - 88 - '"}'.length - 64
}
