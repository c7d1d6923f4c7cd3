/**
 * Whether another machine speaks with this host's key, as its copy does: a state machine. That there is a newer record of
 * this host than it has said proves nothing: an earlier daemon may have said it, before the disk was put back to an
 * earlier moment. So this process answers it with a record that names it; and a record that names that answer is said by
 * somebody who speaks now.
 */
import { sha256Hex } from '../../base/index.ts'

/** More answers than are ever on their way. */
const answersMax = 16

export class SecondSpeaker {
  readonly #answers: string[] = []
  #met: string | undefined
  #isKnown = false

  /** What the next record of this process is to name; undefined when it answers none. */
  get follows(): string | undefined {
    return this.#met
  }

  /** This process has said a record that names `follows`. */
  answered(said: string): void {
    this.#met = undefined
    this.#answers.push(markOf(said))
    if (this.#answers.length > answersMax) this.#answers.shift()
  }

  /**
   * A record with this host's key that this process has not said: whether it shows for the first time that somebody else
   * speaks now, and whether it is to be answered. Two that know of each other leave it at that.
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
