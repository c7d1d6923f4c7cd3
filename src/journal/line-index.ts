/**
 * Which changeset is on which line of a journal, and where the line is in the file. A journal has hundreds of thousands
 * of lines, and a start notes them all: so there is no object for each of them.
 */
import { type ChangesetId, invariant, noChangeset } from '../base/index.ts'

const idBytes = noChangeset.length / 2
/** How many lines a sheet is for: few, because there may be a thousand short journals. */
const sheetLines = 128
const endBytes = Float64Array.BYTES_PER_ELEMENT
const sheetBytes = sheetLines * (idBytes + endBytes)

/** Some lines after each other. */
interface Sheet {
  /** The ids, one after the other. */
  readonly ids: Buffer
  /** For each line the position after it, newline and all. */
  readonly ends: Float64Array
}

export class LineIndex {
  #length = 0
  #end = 0
  readonly #sheets: Sheet[] = []
  /**
   * Line numbers, 1 for the first, at the place that an id has by its beginning or behind it; 0 where there is none. Of as
   * many ids as were asked for so far: a start needs few of many.
   */
  #places = new Uint32Array()
  #placed = 0

  /** The lines whose {@link LineIndex.bytes} these are, so many; the index keeps the memory. Undefined when they can't be. */
  static of(bytes: Uint8Array, length: number): LineIndex | undefined {
    if (bytes.length !== Math.ceil(length / sheetLines) * sheetBytes) return undefined
    // Numbers of eight bytes have to lie at multiples of eight.
    const { buffer, byteOffset } = bytes.byteOffset % endBytes === 0 ? bytes : Uint8Array.from(bytes)
    const index = new LineIndex()
    for (let at = byteOffset; at < byteOffset + bytes.length; at += sheetBytes) index.#sheets.push(sheetAt(buffer, at))
    index.#length = length
    index.#end = length === 0 ? 0 : (index.#sheetOf(length).ends[(length - 1) % sheetLines] ?? 0)
    return index
  }

  /** All of it, as this host keeps it beside the journal: sheet after sheet, of each the ids and then the ends. */
  bytes(): Uint8Array {
    return Buffer.concat(
      this.#sheets.flatMap(({ ids, ends }) => [ids, Buffer.from(ends.buffer, ends.byteOffset, ends.byteLength)]),
    )
  }

  /** Lines. */
  get length(): number {
    return this.#length
  }

  /** Notes the line that follows the last; its length counts the newline. */
  add(id: ChangesetId, lineBytes: number): void {
    invariant(id.length === noChangeset.length, 'an id has its length')
    this.#next(lineBytes).ids.write(id, ((this.#length - 1) % sheetLines) * idBytes, 'hex')
  }

  /** The id of the changeset with this sequence number; 0 is the beginning. */
  idAt(sequence: number): ChangesetId {
    if (sequence === 0) return noChangeset
    invariant(sequence >= 1 && sequence <= this.#length, `the journal has a changeset number ${sequence}`)
    const at = ((sequence - 1) % sheetLines) * idBytes
    return this.#sheetOf(sequence).ids.toString('hex', at, at + idBytes) as ChangesetId
  }

  /** The sequence number of a changeset; undefined when it is not here. */
  sequenceOf(id: ChangesetId): number | undefined {
    if (id === noChangeset) return 0
    if (this.#length === 0) return undefined
    if (id === this.idAt(this.#length)) return this.#length
    this.#placeAll()
    const sequence = this.#places[this.#placeOf(id)]
    return sequence === 0 ? undefined : sequence
  }

  /** The sequence numbers of the changesets whose ids begin with `prefix`. */
  sequencesStarting(prefix: string): readonly number[] {
    const found: number[] = []
    for (let sequence = 1; sequence <= this.#length; sequence += 1)
      if (this.idAt(sequence).startsWith(prefix)) found.push(sequence)
    return found
  }

  /** Where the line after the first `length` ones begins. */
  endOf(length: number): number {
    if (length === this.#length) return this.#end
    return length === 0 ? 0 : (this.#sheetOf(length).ends[(length - 1) % sheetLines] ?? 0)
  }

  /** The sheet of one more line. */
  #next(lineBytes: number): Sheet {
    if (this.#length % sheetLines === 0) {
      this.#sheets.push(sheetAt(new ArrayBuffer(sheetBytes), 0))
    }
    this.#end += lineBytes
    this.#length += 1
    const sheet = this.#sheetOf(this.#length)
    sheet.ends[(this.#length - 1) % sheetLines] = this.#end
    return sheet
  }

  #sheetOf(sequence: number): Sheet {
    return this.#sheets[Math.floor((sequence - 1) / sheetLines)] as Sheet
  }

  #placeAll(): void {
    // Half of it stays empty, so that a search is short.
    if (this.#places.length < 2 * this.#length) {
      this.#places = new Uint32Array(4 * this.#length)
      this.#placed = 0
    }
    for (; this.#placed < this.#length; this.#placed += 1)
      this.#places[this.#placeOf(this.idAt(this.#placed + 1))] = this.#placed + 1
  }

  /** Where the number of an id's line is, or would be. */
  #placeOf(id: ChangesetId): number {
    let place = Number.parseInt(id.slice(0, 8), 16) % this.#places.length
    for (;;) {
      const sequence = this.#places[place] ?? 0
      if (sequence === 0 || this.idAt(sequence) === id) return place
      place = (place + 1) % this.#places.length
    }
  }
}

function sheetAt(buffer: ArrayBufferLike, at: number): Sheet {
  const idsBytes = sheetLines * idBytes
  return { ids: Buffer.from(buffer, at, idsBytes), ends: new Float64Array(buffer, at + idsBytes, sheetLines) }
}
