/**
 * The journal of one branch: an append-only file of JSON Lines, one changeset
 * a line, each naming the one before. A torn last line was never acknowledged
 * and is dropped; any other damage is a failure that names the line.
 */
import { AppendLog, type ChangesetId, type Disk, type DomainName, IsconfError, invariant } from '../base/index.ts'
import { checkFollows, lineBytesMax, type Place, parseLine, type SignedChangeset, toLine } from './changeset.ts'
import { saveCheckpoint } from './checkpoint.ts'
import type { LineIndex } from './line-index.ts'
import { type LoadedJournal, loadJournal } from './load-journal.ts'
import { mayBeDirective } from './operation.ts'

/** How much may come in before it is noted as checked: what a start after a crash checks line by line. */
const noteEveryBytes = 2 * 1024 * 1024
/** And this part of the journal, for all of it is hashed for the note. */
const noteEveryPart = 1 / 8

/** Some lines of a journal, as they are sent to a peer. */
export interface JournalRange {
  /** Without their newlines, the oldest first. */
  readonly lines: readonly string[]
  /** Whether more follow. */
  readonly more: boolean
}

interface OpenedLog extends LoadedJournal {
  readonly log: AppendLog
  readonly droppedBytes: number
}

export class Journal {
  readonly path: string
  readonly domain: DomainName
  /** What a start dropped from the end: an append that was never acknowledged. */
  readonly droppedBytes: number
  readonly #disk: Disk
  readonly #log: AppendLog
  readonly #lines: LineIndex
  readonly #directives: number[]
  #place: Place
  /** What was read last: most questions are about the newest changeset, again and again. */
  #lastRead: { readonly index: number; readonly signed: SignedChangeset } | undefined
  #notedBytes: number

  private constructor(disk: Disk, path: string, domain: DomainName, { log, droppedBytes, ...loaded }: OpenedLog) {
    this.#disk = disk
    this.path = path
    this.domain = domain
    this.#log = log
    this.droppedBytes = droppedBytes
    this.#lines = loaded.lines
    this.#directives = loaded.directives
    this.#place = loaded.place
    this.#notedBytes = loaded.notedBytes
  }

  /** Opens or makes the journal at `path`. JOURNAL_DAMAGED and OTHER_DOMAIN name the first bad line. */
  static async open(disk: Disk, path: string, domain: DomainName): Promise<Journal> {
    const { log, torn } = await AppendLog.open(disk, path)
    const loaded = await loadJournal(disk, path, domain, log).catch(async (error: unknown) => {
      await log.close()
      throw error
    })
    const journal = new Journal(disk, path, domain, { ...loaded, log, droppedBytes: torn?.bytes ?? 0 })
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

  /** The sequence numbers of the changesets with operations that are about the journal itself, in order. */
  get directives(): readonly number[] {
    return this.#directives
  }

  get place(): Place {
    return this.#place
  }

  /** Whether the journal holds the changeset, or `id` is its beginning. */
  has(id: ChangesetId): boolean {
    return this.sequenceOf(id) !== undefined
  }

  /** The id of the changeset with this sequence number; 0 is the beginning. */
  idAt(sequence: number): ChangesetId {
    return this.#lines.idAt(sequence)
  }

  /** The sequence number of a changeset; undefined when it is not here. */
  sequenceOf(id: ChangesetId): number | undefined {
    return this.#lines.sequenceOf(id)
  }

  /** The sequence numbers of the changesets whose ids begin with `prefix`. */
  sequencesStarting(prefix: string): readonly number[] {
    return this.#lines.sequencesStarting(prefix)
  }

  /** Reads changesets in order: those after sequence number `after`. */
  async *changesetsAfter(after: number): AsyncGenerator<SignedChangeset> {
    for (let index = after; index < this.#lines.length; index += 1) {
      yield await this.#read(index)
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
   * checked here. JOURNAL_DAMAGED, OTHER_DOMAIN, DISK_FULL: nothing was added.
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
      this.#lines.add(signed.id, Buffer.byteLength(line) + 1)
      if (signed.changeset.operations.some(mayBeDirective)) this.#directives.push(signed.changeset.sequence)
    }
    this.#place = place
    await this.#noteWhenGrown()
  }

  /** The lines after changeset `id`, at least one and otherwise up to `limitBytes`; undefined when `id` is not here. */
  async linesAfter(id: ChangesetId, limitBytes: number): Promise<JournalRange | undefined> {
    const first = this.sequenceOf(id)
    if (first === undefined) return undefined
    const from = this.#lines.endOf(first)
    let last = first
    while (last < this.#lines.length && (last === first || this.#lines.endOf(last + 1) - from <= limitBytes)) last += 1
    const bytes = await this.#log.readRange(from, this.#lines.endOf(last) - from)
    const lines = bytes.length === 0 ? [] : Buffer.from(bytes).toString('utf8').trimEnd().split('\n')
    return { lines, more: last < this.#lines.length }
  }

  /** Writes the first `length` changesets as a journal of their own at `path`, which is whole or absent. */
  async copyTo(path: string, length: number): Promise<void> {
    const bytes = await this.#log.readRange(0, this.#lines.endOf(length))
    await this.#disk.replaceFile(path, bytes)
  }

  /** Notes what was checked, so that the next start is quick. */
  async saveCheckpoint(): Promise<void> {
    if (this.#notedBytes === this.#log.size) return
    this.#notedBytes = await saveCheckpoint(this.#disk, this.path, this.domain, this.#log, this.#directives)
  }

  close(): Promise<void> {
    return this.#log.close()
  }

  async #read(index: number): Promise<SignedChangeset> {
    if (this.#lastRead?.index === index) return this.#lastRead.signed
    const signed = parseLine(await this.#readLine(index), `${this.path}: line ${index + 1}`)
    invariant(signed.id === this.idAt(index + 1), 'a line read twice is the same')
    this.#lastRead = { index, signed }
    return signed
  }

  async #readLine(index: number): Promise<string> {
    const from = this.#lines.endOf(index)
    const bytes = await this.#log.readRange(from, this.#lines.endOf(index + 1) - from - 1)
    return Buffer.from(bytes).toString('utf8')
  }

  async #noteWhenGrown(): Promise<void> {
    const grownBytes = this.#log.size - this.#notedBytes
    if (grownBytes < Math.max(noteEveryBytes, this.#notedBytes * noteEveryPart)) return
    // What was added is added, also where there is no room for the note.
    await this.saveCheckpoint().catch(() => undefined)
  }
}
