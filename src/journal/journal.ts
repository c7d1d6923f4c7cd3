/**
 * The journal of one branch: an append-only file of JSON Lines, one changeset
 * a line, each naming the one before. A torn last line was never acknowledged
 * and is dropped; any other damage is a failure that names the line.
 */
import {
  AppendLog,
  type ChangesetId,
  type Disk,
  type DomainName,
  IsconfError,
  invariant,
  noChangeset,
} from '../base/index.ts'
import {
  checkFollows,
  lineBytesMax,
  type Place,
  parseLine,
  placeOf,
  type SignedChangeset,
  toLine,
} from './changeset.ts'
import { checkedPrefix, saveCheckpoint } from './checkpoint.ts'

/** Where a journal begins. */
export const start: Place = { id: noChangeset, sequence: 0, operationsAfter: 0 }

/** How much may come in before it is noted as checked: what a start after a crash checks line by line. */
const noteEveryBytes = 2 * 1024 * 1024
/** And this part of the journal, for all of it is hashed for the note. */
const noteEveryPart = 1 / 8

/** Some lines of a journal, as they are sent to a peer. */
export interface JournalRange {
  readonly lines: readonly string[]
  /** Whether more follow. */
  readonly more: boolean
}

export class Journal {
  readonly path: string
  readonly domain: DomainName
  /** What a start dropped from the end: an append that was never acknowledged. */
  readonly droppedBytes: number
  readonly #disk: Disk
  readonly #log: AppendLog
  readonly #ids: ChangesetId[] = []
  readonly #indexById = new Map<ChangesetId, number>()
  /** `#ends[i]` is the position after line i, newline and all. */
  readonly #ends: number[] = []
  #place: Place = start
  #notedBytes = 0

  private constructor(disk: Disk, path: string, domain: DomainName, log: AppendLog, droppedBytes: number) {
    this.#disk = disk
    this.path = path
    this.domain = domain
    this.#log = log
    this.droppedBytes = droppedBytes
  }

  /** Opens or makes the journal at `path`. JOURNAL_DAMAGED names the first bad line. */
  static async open(disk: Disk, path: string, domain: DomainName): Promise<Journal> {
    const { log, content, torn } = await AppendLog.open(disk, path)
    const journal = new Journal(disk, path, domain, log, torn?.bytes ?? 0)
    await journal.#load(Buffer.from(content.buffer, content.byteOffset, content.length))
    await journal.#noteWhenGrown()
    return journal
  }

  get head(): ChangesetId {
    return this.#place.id
  }

  /** Changesets. */
  get length(): number {
    return this.#place.sequence
  }

  /** Operations in all changesets. */
  get operationCount(): number {
    return this.#place.operationsAfter
  }

  get place(): Place {
    return this.#place
  }

  /** Whether the journal holds the changeset, or `id` is its beginning. */
  has(id: ChangesetId): boolean {
    return id === noChangeset || this.#indexById.has(id)
  }

  /** The id of the changeset with this sequence number; 0 is the beginning. */
  idAt(sequence: number): ChangesetId {
    if (sequence === 0) return noChangeset
    const id = this.#ids[sequence - 1]
    invariant(id !== undefined, `the journal has a changeset number ${sequence}`)
    return id
  }

  /** The sequence number of a changeset; undefined when it is not here. */
  sequenceOf(id: ChangesetId): number | undefined {
    if (id === noChangeset) return 0
    const index = this.#indexById.get(id)
    return index === undefined ? undefined : index + 1
  }

  /** Reads changesets in order: those after sequence number `after`. */
  async *changesetsAfter(after: number): AsyncGenerator<SignedChangeset> {
    for (let index = after; index < this.#ids.length; index += 1) {
      const line = await this.#readLine(index)
      const signed = parseLine(line, `${this.path}: line ${index + 1}`)
      invariant(signed.id === this.#ids[index], 'a line read twice is the same')
      yield signed
    }
  }

  /** The changeset with this sequence number. */
  async changesetAt(sequence: number): Promise<SignedChangeset> {
    for await (const signed of this.changesetsAfter(sequence - 1)) return signed
    throw new IsconfError('UNEXPECTED', `${this.path} has no changeset number ${sequence}`)
  }

  /**
   * Adds changesets that follow the head; on disk when it returns. Each one's
   * id and signature were checked when it was parsed; that they follow is
   * checked here. JOURNAL_DAMAGED, DISK_FULL: nothing was added.
   */
  async append(changesets: readonly SignedChangeset[], from: string): Promise<void> {
    let place = this.#place
    for (const signed of changesets) place = checkFollows(place, signed, this.domain, from)
    const lines = changesets.map(toLine)
    for (const line of lines) invariant(Buffer.byteLength(line) <= lineBytesMax, 'a line is within its limit')
    await this.#log.append(lines)
    for (const [index, line] of lines.entries()) {
      const signed = changesets[index]
      invariant(signed !== undefined, 'each line is of a changeset')
      this.#remember(signed.id, Buffer.byteLength(line) + 1)
    }
    this.#place = place
    await this.#noteWhenGrown()
  }

  /** The lines after changeset `id`, at least one and otherwise up to `limitBytes`; undefined when `id` is not here. */
  async linesAfter(id: ChangesetId, limitBytes: number): Promise<JournalRange | undefined> {
    const first = this.sequenceOf(id)
    if (first === undefined) return undefined
    const from = this.#startOf(first)
    let last = first
    while (last < this.#ids.length && (last === first || (this.#ends[last] ?? 0) - from <= limitBytes)) last += 1
    const bytes = await this.#log.readRange(from, this.#startOf(last) - from)
    const lines = bytes.length === 0 ? [] : Buffer.from(bytes).toString('utf8').trimEnd().split('\n')
    return { lines, more: last < this.#ids.length }
  }

  /** Writes the first `length` changesets as a journal of their own at `path`, which is whole or absent. */
  async copyTo(path: string, length: number): Promise<void> {
    const bytes = await this.#log.readRange(0, this.#startOf(length))
    await this.#disk.replaceFile(path, bytes)
  }

  /** Notes what was checked, so that the next start is quick. */
  async saveCheckpoint(): Promise<void> {
    this.#notedBytes = await saveCheckpoint(this.#disk, this.path, this.#log)
  }

  close(): Promise<void> {
    return this.#log.close()
  }

  #startOf(index: number): number {
    return index === 0 ? 0 : (this.#ends[index - 1] ?? 0)
  }

  async #readLine(index: number): Promise<string> {
    const from = this.#startOf(index)
    const bytes = await this.#log.readRange(from, (this.#ends[index] ?? 0) - from - 1)
    return Buffer.from(bytes).toString('utf8')
  }

  #remember(id: ChangesetId, lineBytes: number): void {
    this.#indexById.set(id, this.#ids.length)
    this.#ids.push(id)
    this.#ends.push((this.#ends.at(-1) ?? 0) + lineBytes)
  }

  async #load(bytes: Buffer): Promise<void> {
    const checkedBytes = await checkedPrefix(this.#disk, this.path, bytes)
    this.#notedBytes = checkedBytes
    let from = 0
    for (let newline = bytes.indexOf(10); newline >= 0 && newline < checkedBytes; newline = bytes.indexOf(10, from)) {
      this.#remember(idInLine(bytes, newline), newline + 1 - from)
      from = newline + 1
    }
    const checked = this.#ids.length
    if (checked > 0) this.#place = placeOf(this.#parse(bytes, this.#startOf(checked - 1), from - 1, checked))
    while (from < bytes.length) {
      const newline = bytes.indexOf(10, from)
      const number = this.#ids.length + 1
      const signed = this.#parse(bytes, from, newline, number)
      this.#place = checkFollows(this.#place, signed, this.domain, `${this.path}: line ${number}`)
      this.#remember(signed.id, newline + 1 - from)
      from = newline + 1
    }
  }

  async #noteWhenGrown(): Promise<void> {
    const grownBytes = this.#log.size - this.#notedBytes
    if (grownBytes < Math.max(noteEveryBytes, this.#notedBytes * noteEveryPart)) return
    // What was added is added, also where there is no room for the note.
    await this.saveCheckpoint().catch(() => undefined)
  }

  #parse(bytes: Buffer, from: number, newline: number, number: number): SignedChangeset {
    return parseLine(bytes.toString('utf8', from, newline), `${this.path}: line ${number}`)
  }
}

/**
 * The id in the tail `"id":"<64>","signature":"<88>"}`, whose length never changes, of a line that was checked before;
 * its newline is at `newline`.
 */
function idInLine(bytes: Buffer, newline: number): ChangesetId {
  const end = newline - '","signature":"'.length - 88 - '"}'.length
  return bytes.toString('latin1', end - 64, end) as ChangesetId
}
