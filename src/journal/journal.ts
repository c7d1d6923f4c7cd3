/**
 * The journal of one branch: an append-only file of JSON Lines, one changeset
 * a line, each naming the one before. A torn last line was never acknowledged
 * and is dropped; any other damage is a failure that names the line.
 */
import { AppendLog, type ChangesetId, type Disk, type DomainName, IsconfError, invariant } from '../base/index.ts'
import { checkFollows, lineBytesMax, type Place, parseLine, type SignedChangeset, toLine } from './changeset.ts'
import { readCheckpoint } from './checkpoint.ts'
import { CheckpointKeeper } from './checkpoint-keeper.ts'
import type { LineIndex } from './line-index.ts'
import { type LoadedJournal, loadJournal } from './load-journal.ts'
import { mayBeDirective } from './operation.ts'

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
  readonly #checkpoints: CheckpointKeeper
  #place: Place
  /** What was read last: most questions are about the newest changeset, again and again. */
  #lastRead: { readonly index: number; readonly signed: SignedChangeset } | undefined

  private constructor(disk: Disk, path: string, domain: DomainName, { log, droppedBytes, ...loaded }: OpenedLog) {
    this.#disk = disk
    this.path = path
    this.domain = domain
    this.#log = log
    this.droppedBytes = droppedBytes
    this.#lines = loaded.lines
    this.#directives = loaded.directives
    this.#place = loaded.place
    const { lines, directives } = loaded
    this.#checkpoints = new CheckpointKeeper({ disk, path, domain, log, lines, directives }, loaded)
  }

  /** Opens or makes the journal at `path`. JOURNAL_DAMAGED and OTHER_DOMAIN name the first bad line. */
  static async open(disk: Disk, path: string, domain: DomainName): Promise<Journal> {
    const note = await readCheckpoint(disk, path, domain)
    const { log, torn } = await AppendLog.open(disk, path, note?.bytes)
    const loaded = await loadJournal(disk, path, domain, log, note).catch(async (error: unknown) => {
      await log.close()
      throw error
    })
    const journal = new Journal(disk, path, domain, { ...loaded, log, droppedBytes: torn?.bytes ?? 0 })
    // A note of other bytes says of these where no torn end can be.
    if (note && loaded.noted.bytes === 0) await journal.saveCheckpoint().catch(() => undefined)
    else await journal.#checkpoints.saveWhenGrown()
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
    await this.#checkpoints.saveWhenGrown()
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

  /** Notes what was checked, so that the next start is quick. JOURNAL_DAMAGED when that is not the same any more. */
  saveCheckpoint(): Promise<void> {
    return this.#checkpoints.save()
  }

  /**
   * Hashes what the start took at the word of its note. JOURNAL_DAMAGED when it is not the same any more. Every line is
   * checked when it is read, whether or not this was done.
   */
  verify(): Promise<void> {
    return this.#checkpoints.verify()
  }

  close(): Promise<void> {
    return this.#log.close()
  }

  async #read(index: number): Promise<SignedChangeset> {
    if (this.#lastRead?.index === index) return this.#lastRead.signed
    const line = await this.#readLine(index)
    const signed = await this.#checkpoints.reading(() => parseLine(line, `${this.path}: line ${index + 1}`))
    invariant(signed.id === this.idAt(index + 1), 'a line read twice is the same')
    this.#lastRead = { index, signed }
    return signed
  }

  async #readLine(index: number): Promise<string> {
    const from = this.#lines.endOf(index)
    const bytes = await this.#log.readRange(from, this.#lines.endOf(index + 1) - from - 1)
    return Buffer.from(bytes).toString('utf8')
  }
}
