/**
 * A range of a file that comes on the link: asked for in portions, as large as the last ones were fast, because all that is
 * on its way stands in front of the answers to questions.
 */
import { type Clock, invariant, pieceBytes } from '../base/index.ts'
import { firstPortionBytes, ReadingPace } from '../mesh/index.ts'

export interface PortionedLane {
  /** Asks for some bytes of the file. */
  ask(position: number, length: number): Promise<void>
  /** Fills `into` with the answer to the question that is first in turn; false if they are not there. */
  fill(into: Uint8Array, onPart: (bytes: number) => void): Promise<boolean>
}

export class RangeInPortions {
  readonly #lane: PortionedLane
  readonly #pace: ReadingPace
  /** How much may be asked for that is not yet. */
  #leaveBytes = firstPortionBytes
  /** What is to be asked for next, and where the range ends. */
  #position = 0
  #end = 0
  /** How long those portions are that were asked for and have not come. */
  readonly #underWay: number[] = []

  constructor(lane: PortionedLane, clock: Clock) {
    this.#lane = lane
    this.#pace = new ReadingPace(clock, Number.POSITIVE_INFINITY)
  }

  ask(position: number, length: number): Promise<void> {
    this.#position = position
    this.#end = position + length
    this.#pace.goOn()
    return this.#askMore()
  }

  /** Fills `into` with the next piece; false if it is not there. */
  async piece(into: Uint8Array, onPart: (bytes: number) => void): Promise<boolean> {
    for (let at = 0; at < into.length; ) {
      const length = this.#underWay.shift()
      invariant(length !== undefined, 'the next portion is asked for')
      if (!(await this.#lane.fill(into.subarray(at, at + length), onPart))) {
        await this.#drop()
        return false
      }
      at += length
      this.#leaveBytes += this.#pace.came(length)
      await this.#askMore()
    }
    return true
  }

  /** No portion goes over the end of a piece, which is read into other memory. */
  async #askMore(): Promise<void> {
    while (this.#leaveBytes > 0 && this.#position < this.#end) {
      const wanted = Math.min(this.#end - this.#position, pieceBytes - (this.#position % pieceBytes))
      const length = Math.min(this.#leaveBytes, this.#pace.portionBytes, wanted)
      const position = this.#position
      this.#position += length
      this.#leaveBytes -= length
      this.#underWay.push(length)
      await this.#lane.ask(position, length)
    }
  }

  /** What was asked for as well is answered all the same. */
  async #drop(): Promise<void> {
    for (const length of this.#underWay.splice(0)) {
      await this.#lane.fill(new Uint8Array(length), () => undefined)
    }
  }
}
