/** Keeps the note of what was checked of an open journal: when it is written, and when it is doubted. */
import { IsconfError } from '../base/index.ts'
import {
  type CheckedBytes,
  damagedInUse,
  forgetLines,
  hashChecked,
  indexedBytesMin,
  type NotedJournal,
  saveCheckpoint,
} from './checkpoint.ts'

/** How much may come in before it is noted as checked: what a start after a crash checks line by line. */
const noteEveryBytes = 2 * 1024 * 1024
/** And this part of the journal, for all of it is hashed for the note. */
const noteEveryPart = 1 / 8

export class CheckpointKeeper {
  readonly #journal: NotedJournal
  #noted: CheckedBytes
  /** What is noted was taken at its word. */
  #isUnhashed: boolean
  /** Where the lines are is noted, too. */
  #hasLines: boolean

  constructor(journal: NotedJournal, { noted, isUnhashed }: { noted: CheckedBytes; isUnhashed: boolean }) {
    this.#journal = journal
    this.#noted = noted
    this.#isUnhashed = isUnhashed
    this.#hasLines = isUnhashed
  }

  /** Notes that all lines were checked. JOURNAL_DAMAGED when what was noted before is not the same any more. */
  async save(): Promise<void> {
    const { size } = this.#journal.log
    if (this.#noted.bytes === size && (this.#hasLines || size < indexedBytesMin)) return
    this.#noted = await saveCheckpoint(this.#journal, this.#noted)
    this.#isUnhashed = false
    this.#hasLines = true
  }

  /** The same once much was added; what was added is added, also where there is no room for the note. */
  async saveWhenGrown(): Promise<void> {
    const grownBytes = this.#journal.log.size - this.#noted.bytes
    if (grownBytes < Math.max(noteEveryBytes, this.#noted.bytes * noteEveryPart)) return
    await this.save().catch(() => undefined)
  }

  /** Hashes what was taken at its word. JOURNAL_DAMAGED when it is not the same any more. */
  async verify(): Promise<void> {
    if (!this.#isUnhashed) return
    await hashChecked(this.#journal, this.#noted)
    this.#isUnhashed = false
  }

  /** Does what reads a line. If that is damaged, the next start finds it, and the failure says so. */
  async reading<T>(read: () => T): Promise<T> {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof IsconfError && error.code === 'JOURNAL_DAMAGED')) throw error
      await forgetLines(this.#journal)
      throw damagedInUse(error.message, error)
    }
  }
}
