/** Which changeset is on which line of a journal, and where the line is in the file. */
import { type ChangesetId, invariant, noChangeset } from '../base/index.ts'

export class LineIndex {
  readonly #ids: ChangesetId[] = []
  /** Of as many ids as were asked for so far: a start needs few of many. */
  readonly #indexById = new Map<ChangesetId, number>()
  /** `#ends[i]` is the position after line i, newline and all. */
  readonly #ends: number[] = []

  /** Lines. */
  get length(): number {
    return this.#ids.length
  }

  /** Notes the line that follows the last; its length counts the newline. */
  add(id: ChangesetId, lineBytes: number): void {
    this.#ids.push(id)
    this.#ends.push((this.#ends.at(-1) ?? 0) + lineBytes)
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
    if (id === this.#ids.at(-1)) return this.#ids.length
    for (let index = this.#indexById.size; index < this.#ids.length; index += 1) {
      this.#indexById.set(this.#ids[index] as ChangesetId, index)
    }
    const index = this.#indexById.get(id)
    return index === undefined ? undefined : index + 1
  }

  /** The sequence numbers of the changesets whose ids begin with `prefix`. */
  sequencesStarting(prefix: string): readonly number[] {
    return this.#ids.flatMap((id, index) => (id.startsWith(prefix) ? [index + 1] : []))
  }

  /** Where the line after the first `length` ones begins. */
  endOf(length: number): number {
    return length === 0 ? 0 : (this.#ends[length - 1] ?? 0)
  }
}
