/** What is known to be on other hosts and is not here: on which host, how far that goes, and why it was not fetched. */
import { type BranchName, type ChangesetId, type Clock, idPrefixLength, isoTime } from '../base/index.ts'
import type { BranchState } from '../branch/index.ts'
import type { PeerId } from '../mesh/index.ts'

export interface Unfetched {
  readonly branch: BranchName
  /** The name of the host that has it, for people. */
  readonly host: string
  readonly head: ChangesetId
  /** The number of changesets up to and including that head. */
  readonly length: number
  /** The words after `could not be fetched`. */
  readonly reason: string
  /** Since when, for people. */
  readonly since: string
  /** The same by the clock that never goes back. */
  readonly sinceMs: number
}

export interface UnfetchedDeps {
  readonly clock: Clock
  /** Whether a changeset of a branch is here. */
  readonly isHere: (branch: BranchName, head: ChangesetId) => boolean
}

/** The reason while it is being fetched. */
export const onItsWay = 'it is on its way'

/** What has been arriving for no longer than this is no trouble: most changesets are here by then. */
const soonMs = 5_000

/** More than a domain has branches; the one that was heard longest ago is forgotten first. */
const rememberedMax = 1_000

/**
 * Heads are kept until they come, or until the host that has them says that it is elsewhere. A host that is gone still
 * has them.
 */
export class UnfetchedHeads {
  readonly #deps: UnfetchedDeps
  readonly #byWhere = new Map<string, Unfetched>()

  constructor(deps: UnfetchedDeps) {
    this.#deps = deps
  }

  /** Notes why a peer's head of a branch is not here; without a reason, that it is here. */
  note(peer: PeerId, host: string, { branch, head, length }: BranchState, reason: string | undefined): void {
    const where = `${peer} ${branch}`
    const before = this.#byWhere.get(where)
    this.#byWhere.delete(where)
    if (reason === undefined) return
    const { clock } = this.#deps
    const { since, sinceMs } = before?.head === head ? before : { since: isoTime(clock), sinceMs: clock.monotonicMs() }
    this.#byWhere.set(where, { branch, host, head, length, reason, since, sinceMs })
    const [oldest] = this.#byWhere.keys()
    if (this.#byWhere.size > rememberedMax && oldest !== undefined) this.#byWhere.delete(oldest)
  }

  /** What one peer has that is not here. */
  of(peer: PeerId): readonly Unfetched[] {
    return [...this.#byWhere].filter(([where]) => where.startsWith(`${peer} `)).map(([, one]) => one)
  }

  /** Why this head did not come the last time. */
  reason(peer: PeerId, { branch, head }: BranchState): string | undefined {
    const noted = this.#byWhere.get(`${peer} ${branch}`)
    return noted?.head === head ? noted.reason : undefined
  }

  /** What is not here yet, of one branch or of all: one line for each head, whoever else has it. */
  all(name?: BranchName): readonly Unfetched[] {
    const byHead = new Map<string, Unfetched>()
    for (const [where, one] of this.#byWhere) {
      if (this.#deps.isHere(one.branch, one.head)) this.#byWhere.delete(where)
      else if (name === undefined || name === one.branch) byHead.set(`${one.branch} ${one.head}`, one)
    }
    return [...byHead.values()]
  }

  /** The part that a person should be told without asking: not what was heard only just now and is arriving. */
  overdue(): readonly Unfetched[] {
    const nowMs = this.#deps.clock.monotonicMs()
    return this.all().filter(({ reason, sinceMs }) => reason !== onItsWay || nowMs - sinceMs > soonMs)
  }
}

/** In a sentence. */
export function unfetchedText({ host, branch, head, length, reason }: Unfetched): string {
  const what = `${length} ${length === 1 ? 'changeset' : 'changesets'} of branch ${branch}, up to ${head.slice(0, idPrefixLength)}`
  const why = reason === onItsWay ? 'not here yet, but on the way' : `which could not be fetched: ${reason}`
  return `${host} has ${what}, ${why}`
}
