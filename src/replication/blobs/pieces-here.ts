/** Which pieces of a blob that is being fetched are here, each counted once. */
import { type BlobSink, IsconfError, idPrefixLength } from '../../base/index.ts'

export class PiecesHere {
  readonly #sink: BlobSink
  readonly #counted: Uint8Array
  #count = 0

  /** Begins with the pieces that the sink already has. */
  constructor(sink: BlobSink) {
    this.#sink = sink
    this.#counted = new Uint8Array(sink.pieceCount)
    this.look()
  }

  /** Counts everything that the sink has. */
  look(): void {
    for (let index = 0; index < this.#sink.pieceCount; index++) if (this.#sink.has(index)) this.note(index)
  }

  get count(): number {
    return this.#count
  }

  get isAll(): boolean {
    return this.#count === this.#sink.pieceCount
  }

  /** Counts a piece; false if it was counted before. */
  note(index: number): boolean {
    if (this.#counted[index] === 1) return false
    this.#counted[index] = 1
    this.#count++
    return true
  }

  /** BLOB_MISSING, which says how much is not here when nobody gives it, or why nobody was reached. */
  missing(outage?: string): IsconfError {
    const { pieceCount, ref } = this.#sink
    const missing = pieceCount - this.#count
    const part = missing === pieceCount ? '' : `${missing} of ${pieceCount} pieces of `
    const which = `${part}file ${ref.id.slice(0, idPrefixLength)}`
    if (outage === undefined) return new IsconfError('BLOB_MISSING', `no reachable host has ${which}`)
    const hint = 'run `isconf up` again when `isconf status` says that another network process runs'
    return new IsconfError('BLOB_MISSING', `this host can't fetch ${which} from anybody: ${outage}`, { hint })
  }
}
