/**
 * Which questions a host has asked on. In a domain where everybody is
 * connected to everybody a question hardly travels; where each has a few
 * neighbours it would come to each host by every way there is, and so each
 * asks it on once.
 */
import { everybodyMax } from '../base/index.ts'

/** Questions that are remembered: more than are under way. */
const rememberedMax = 1_000

export class PassedOn {
  readonly #questions = new Set<string>()

  /** Whether a question is to be asked on, in a domain of so many hosts. */
  isTurn(question: string, hosts: number): boolean {
    const isKnown = this.#questions.has(question)
    this.#questions.add(question)
    const [oldest] = this.#questions
    if (this.#questions.size > rememberedMax && oldest !== undefined) this.#questions.delete(oldest)
    // Up to so many no vote depends on one host that passes it on.
    return !isKnown || hosts <= everybodyMax
  }
}
