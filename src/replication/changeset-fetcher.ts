/**
 * Fetches the changesets that this host lacks from a peer that has them: those of a branch, or of another line of a
 * split one.
 */
import {
  type BranchName,
  type ChangesetId,
  type Clock,
  IsconfError,
  type Log,
  noChangeset,
  toIsconfError,
  within,
} from '../base/index.ts'
import type { Branch, Taken } from '../branch/index.ts'
import type { JournalRange, SignedChangeset } from '../journal/index.ts'
import { NoAnswerError, type PeerId, RemoteError, type Transport } from '../mesh/index.ts'
import { askJournal } from './journal-exchange.ts'

export interface ChangesetFetcherDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly log: Log
  /** Hears of changesets that arrived. */
  readonly onChangesets: (branch: Branch, changesets: readonly SignedChangeset[]) => void
}

/** The peer to ask, and the host it is, for messages. */
export interface LineSource {
  readonly peer: PeerId
  readonly host: string
}

/** A peer that is silent for this long counts as unreachable. */
const silenceMs = 10_000
/** For this long a peer that brings nothing keeps others from being asked for the same branch. */
const stallMs = 5_000

/** A fetching of a branch that is under way. */
interface Turn {
  readonly over: Promise<void>
  /** When it began or brought something last: monotonic milliseconds. */
  lastMs: number
}

/** What is fetched, from whom, in which turn. */
interface Asked {
  readonly branch: Branch
  readonly line: string
  readonly source: LineSource
  readonly turn: Turn
}

/**
 * Where the peer's line leaves that of this host, and the peer's first answer from there on; undefined if it has none.
 */
interface Common {
  readonly id: ChangesetId
  readonly range: JournalRange | undefined
}

export class ChangesetFetcher {
  readonly #deps: ChangesetFetcherDeps
  /** One fetch of a branch at a time, whoever has news of it; the next one begins as soon as that one stalls. */
  readonly #turnByBranch = new Map<BranchName, Turn>()
  /** When something new, or some of it, came last, from whatever peer: monotonic milliseconds. */
  newsMs = Number.NEGATIVE_INFINITY

  constructor(deps: ChangesetFetcherDeps) {
    this.#deps = deps
  }

  /**
   * Fetches a line, named as for `journalSource`, up to `head`. Whether it brought something new. JOURNAL_DAMAGED,
   * NEWER_RELEASE, OTHER_DOMAIN: what the peer sent can't be accepted from some point on; what is right before that is
   * kept.
   */
  async fetch(branch: Branch, line: string, head: ChangesetId, source: LineSource): Promise<boolean> {
    await this.#untilFree(branch.name, stallMs)
    if (branch.has(head)) return false
    let end = (): void => undefined
    const over = new Promise<void>((resolve) => {
      end = resolve
    })
    const turn: Turn = { over, lastMs: this.#deps.clock.monotonicMs() }
    this.#turnByBranch.set(branch.name, turn)
    try {
      const asked = { branch, line, source, turn }
      return await this.#fetchOverEither(asked)
    } finally {
      end()
      if (this.#turnByBranch.get(branch.name) === turn) this.#turnByBranch.delete(branch.name)
    }
  }

  /**
   * If two hosts have opened connections to each other at once, one of them goes; what was asked on it is asked on the
   * other.
   */
  async #fetchOverEither(asked: Asked): Promise<boolean> {
    try {
      return await this.#fetchAfter(asked, await this.#commonPoint(asked))
    } catch (thrown) {
      if (!isLostConnection(thrown)) throw thrown
      return await this.#fetchAfter(asked, await this.#commonPoint(asked))
    }
  }

  /** Waits for changesets of a branch that are arriving, as long as some come. */
  untilFetched(name: BranchName): Promise<void> {
    return this.#untilFree(name, silenceMs)
  }

  async #untilFree(name: BranchName, quietMsMax: number): Promise<void> {
    const { clock } = this.#deps
    for (let turn = this.#turnByBranch.get(name); turn; turn = this.#turnByBranch.get(name)) {
      const leftMs = turn.lastMs + quietMsMax - clock.monotonicMs()
      if (leftMs <= 0) return
      await within(clock, leftMs, turn.over, () => undefined)
    }
  }

  /**
   * The newest changeset of this host that is on the peer's line, found by ever longer steps back, and what the peer has
   * after it.
   */
  async #commonPoint(asked: Asked): Promise<Common> {
    const { journal } = asked.branch
    for (let back = 0; ; back = back * 2 + 1) {
      const id = journal.idAt(Math.max(0, journal.length - back))
      const range = await this.#ask(asked, id)
      if (range !== undefined || id === noChangeset) return { id, range }
    }
  }

  async #fetchAfter(asked: Asked, common: Common): Promise<boolean> {
    const { branch, source, turn } = asked
    let isNews = false
    let { range } = common
    for (let after: ChangesetId | undefined = common.id; after !== undefined; ) {
      if (!range || range.lines.length === 0) break
      const { added, split, follows, last, failure } = await branch.take(range.lines, source.host)
      // Each answer takes this host further along a chain of hashes, so that there is an end to it.
      if (follows !== after) throw failure ?? notAskedFor(source, branch)
      if (this.#isNews(branch, { added, split }, source)) {
        isNews = true
        this.#comes(turn)
      }
      // What came before it is kept: it may hold the way to a release that reads the rest.
      if (failure) throw failure
      after = range.more ? last : undefined
      if (after !== undefined) range = await this.#ask(asked, after)
    }
    return isNews
  }

  /** Tells about what was accepted. Whether that is anything. */
  #isNews(branch: Branch, { added, split }: Pick<Taken, 'added' | 'split'>, { host }: LineSource): boolean {
    if (added.length > 0) this.#deps.onChangesets(branch, added)
    if (split) this.#deps.log.warn({ branch: branch.name, from: host }, `branch ${branch.name} is split`)
    return added.length > 0 || split
  }

  #ask({ line, source, turn }: Asked, after: ChangesetId): Promise<JournalRange | undefined> {
    const { transport, clock } = this.#deps
    // On a slow line one changeset takes longer than any wait for nothing: neither who waits for it nor the next peer,
    // which may be behind the same line, takes that for a stall.
    const onProgress = (): void => this.#comes(turn)
    return askJournal(transport, source.peer, line, after, { clock, timeoutMs: silenceMs, onProgress })
  }

  #comes(turn: Turn): void {
    this.newsMs = this.#deps.clock.monotonicMs()
    turn.lastMs = this.newsMs
  }
}

/** Whether the connection was lost: neither an answer of the peer, nor its silence, nor a failure here. */
function isLostConnection(thrown: unknown): boolean {
  if (thrown instanceof NoAnswerError || thrown instanceof RemoteError) return false
  return toIsconfError(thrown).code === 'UNEXPECTED'
}

function notAskedFor({ host }: LineSource, { name }: Branch): IsconfError {
  return new IsconfError(
    'JOURNAL_DAMAGED',
    `${host}: the changesets of branch ${name} are not those that were asked for`,
  )
}
