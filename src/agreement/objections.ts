/**
 * What weight the votes of another host have. Its word counts while there is
 * something behind it: this host has yet to hear it out, or learns from it the
 * changesets or the lock of which it speaks. One that goes on saying the same
 * and has nothing to show is passed over: whatever one host has on its disk or
 * says, the others go on.
 */
import type { BranchName, Clock } from '../base/index.ts'
import { type Branch, pledgeMs, type Vote } from '../branch/index.ts'
import { isObjection } from './tally.ts'

/** After so many times the same, with an exchange before each, nothing more will come. */
const repeatsMax = 3
/** No honest host is pledged to one proposal for longer. */
const busyMsMax = pledgeMs + 1_000
/** What was said before a pause that is longer than a pledge has nothing to do with what is said now. */
const pauseMsMax = pledgeMs
/** More than can be connected. */
const rememberedMax = 2_000

/** The votes that came by way of one peer, as far as they count. */
export interface Weighed {
  readonly votes: readonly Vote[]
  /** What is passed over, in words; undefined when all of it counts. */
  readonly passedOver: string | undefined
}

interface Said {
  readonly word: string
  readonly times: number
  readonly sinceMs: number
  readonly lastMs: number
}

export class Objections {
  readonly #clock: Clock
  readonly #saidByWhom = new Map<string, Said>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The votes of a peer, and of those behind it, as far as they count. */
  weigh(branch: Branch, peer: string, votes: readonly Vote[]): Weighed {
    const isUnknown = (vote: Vote): boolean => isObjection(vote, (head) => branch.journal.has(head))
    const unshown = votes.filter((vote) => isUnknown(vote) && vote.vote !== 'busy')
    const busy = votes.filter(({ vote }) => vote === 'busy')
    const isRepeated = this.#hear(`${branch.name} ${peer}`, branch, unshown).times >= repeatsMax
    const { sinceMs, lastMs } = this.#hear(`${branch.name} ${peer} busy`, branch, busy)
    const isBusyTooLong = lastMs - sinceMs > busyMsMax
    const passedOver = [...(isRepeated ? unshown : []), ...(isBusyTooLong ? busy : [])]
    const words = [...new Set(passedOver.map((vote) => objectionText(branch.name, vote)))]
    return {
      votes: votes.filter((vote) => !passedOver.includes(vote)),
      passedOver: words.length > 0 ? words.join('; ') : undefined,
    }
  }

  #hear(whom: string, branch: Branch, votes: readonly Vote[]): Said {
    const nowMs = this.#clock.monotonicMs()
    // What this host knows is a part of it: as long as it learns something, it has not heard the other out.
    const own = [branch.state.head, branch.state.revision, branch.journal.length, branch.others.size]
    const words = votes.map(({ vote, state }) => `${vote} ${state.head} ${state.revision} ${state.lock?.id}`)
    const word = JSON.stringify([...own, ...words.sort()])
    const before = this.#saidByWhom.get(whom)
    const isSame = before?.word === word && nowMs - before.lastMs <= pauseMsMax
    const said = isSame
      ? { ...before, times: before.times + 1, lastMs: nowMs }
      : { word, times: 1, sinceMs: nowMs, lastMs: nowMs }
    this.#saidByWhom.delete(whom)
    if (votes.length > 0) this.#saidByWhom.set(whom, said)
    const [oldest] = this.#saidByWhom.keys()
    if (this.#saidByWhom.size > rememberedMax && oldest !== undefined) this.#saidByWhom.delete(oldest)
    return said
  }
}

/** A vote that is not for the proposal, in the words of a sentence that begins with the host's name. */
export function objectionText(branch: BranchName, { vote }: Vote): string {
  switch (vote) {
    case 'busy':
      return `is taken up with another change of branch ${branch}`
    case 'split':
      return `says that branch ${branch} is split`
    case 'stale':
      return `says that branch ${branch} has gone on`
    case 'other':
      return `does not consent to a change of branch ${branch}, for a reason that only a later release of isconf knows`
    default:
      return `has changesets of branch ${branch} that are not here`
  }
}
