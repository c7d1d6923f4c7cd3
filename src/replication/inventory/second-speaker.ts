/**
 * Whether another machine uses this host's key, as a copy of it does: a state machine. A newer record of this host than
 * it has said proves nothing: an earlier daemon may have said it before the disk was restored to an earlier moment. So
 * this process answers with a record that names it; a record that names that answer comes from somebody who speaks now.
 */
import { sha256Hex } from '../../base/index.ts'

/** More answers than are ever under way. */
const answersMax = 16

export class SecondSpeaker {
  readonly #answers: string[] = []
  #met: string | undefined
  #isKnown = false

  /** What the next record of this process must name; undefined if it answers none. */
  get follows(): string | undefined {
    return this.#met
  }

  /** This process has said a record that names the one it answers. */
  answered(said: string): void {
    this.#met = undefined
    this.#answers.push(markOf(said))
    if (this.#answers.length > answersMax) this.#answers.shift()
  }

  /**
   * A record with this host's key that this process has not said. Whether it shows for the first time that somebody
   * else speaks now, and whether it is to be answered. Two that know of each other stop there.
   */
  heard(said: string, follows: string | undefined): { readonly isProof: boolean; readonly isToAnswer: boolean } {
    const isToAnswer = !this.#isKnown
    if (isToAnswer) this.#met = markOf(said)
    this.#isKnown ||= follows !== undefined && this.#answers.includes(follows)
    return { isProof: this.#isKnown && isToAnswer, isToAnswer }
  }
}

function markOf(said: string): string {
  return sha256Hex(Buffer.from(said)).slice(0, 32)
}
