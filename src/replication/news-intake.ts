/**
 * Processes what other hosts tell about their branches: fetches what is missing here, checks it, and takes over later
 * locks.
 */
import {
  type BranchName,
  type ChangesetId,
  endIfBroken,
  IsconfError,
  noChangeset,
  toIsconfError,
} from '../base/index.ts'
import type { Branch, Branches, BranchState } from '../branch/index.ts'
import { HangsError, NoAnswerError, type PeerId, RemoteError } from '../mesh/index.ts'
import type { Announcement, DivergentLine } from './announcement.ts'
import { ChangesetFetcher, type ChangesetFetcherDeps } from './changeset-fetcher.ts'
import { divergentLineName } from './journal-source.ts'
import type { PeerTroubles } from './peer-troubles.ts'
import type { Resolutions } from './resolutions.ts'
import { onItsWay, UnfetchedHeads } from './unfetched.ts'

export interface NewsIntakeDeps extends ChangesetFetcherDeps {
  readonly branches: Branches
  readonly resolutions: Resolutions
  readonly troubles: PeerTroubles
  /** Where this host stands. */
  readonly standing: () => Announcement['at']
  /** The name of a peer for people. */
  readonly hostOf: (peer: PeerId) => string
}

/** The failures that what a peer sent can lead to; any other one is this host's own. */
const peersFault: ReadonlySet<string> = new Set(['JOURNAL_DAMAGED', 'NEWER_RELEASE', 'OTHER_DOMAIN', 'SPLIT', 'USAGE'])

/** Why something did not arrive, for people. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof HangsError) return 'it hangs: it answers nothing at all'
  return thrown instanceof NoAnswerError ? 'nothing arrived for 10 seconds' : toIsconfError(thrown).message
}

/** A peer that has left this many questions unanswered would not answer the next one either. */
const unansweredMax = 3

export class NewsIntake {
  readonly #deps: NewsIntakeDeps
  readonly #fetcher: ChangesetFetcher
  /** What others have and this host could not get. */
  readonly unfetched: UnfetchedHeads

  constructor(deps: NewsIntakeDeps) {
    this.#deps = deps
    this.#fetcher = new ChangesetFetcher(deps)
    const isHere = (name: BranchName, head: ChangesetId): boolean => {
      const branch = deps.branches.get(name)
      return branch !== undefined && this.#isHere(branch, head)
    }
    this.unfetched = new UnfetchedHeads({ ...deps, isHere })
  }

  /** When something new last came, from any peer: monotonic milliseconds. */
  get newsMs(): number {
    return this.#fetcher.newsMs
  }

  /** Waits for changesets of a branch that are arriving, as long as some come. */
  untilFetched(name: BranchName): Promise<void> {
    return this.#fetcher.untilFetched(name)
  }

  /**
   * Processes each part of an announcement by itself, so that a bad one does not keep the others out. Returns the
   * branches of which anything was new.
   */
  async take(announcement: Announcement, peer: PeerId): Promise<ReadonlySet<BranchName>> {
    const told = [
      ...announcement.states.map((state) => ({ name: state.branch, take: () => this.#takeState(state, peer) })),
      ...announcement.others.map((other) => ({ name: other.branch, take: () => this.#takeOther(other, peer) })),
    ]
    const changed = new Set<BranchName>()
    let [unanswered, trouble]: [number, string | undefined] = [0, undefined]
    for (const { name, take } of this.#inOrder(told, peer)) {
      try {
        if (await take()) changed.add(name)
      } catch (thrown) {
        trouble ??= this.#troubleOf(peer, thrown)
        // One branch may be too much for the line, and the next is not; a peer that hangs answers none.
        if (thrown instanceof NoAnswerError) unanswered += 1
        if (unanswered >= unansweredMax) break
      }
    }
    this.#deps.troubles.note(peer, this.#deps.hostOf(peer), 'news', trouble)
    return changed
  }

  /** This host's own branch first, and last what did not come before: no branch waits for another. */
  #inOrder<T extends { readonly name: BranchName }>(told: readonly T[], peer: PeerId): readonly T[] {
    const own = this.#deps.standing()?.branch
    const stuck = new Set(this.unfetched.of(peer).map(({ branch }) => branch))
    const rank = ({ name }: T): number => (name === own ? 0 : stuck.has(name) ? 2 : 1)
    return [...told].sort((one, other) => rank(one) - rank(other))
  }

  /** What is wrong with a peer because what it told could not be accepted; undefined if the peer is not to blame. */
  #troubleOf(peer: PeerId, thrown: unknown): string | undefined {
    endIfBroken(thrown)
    const { code, message } = toIsconfError(thrown)
    if (thrown instanceof RemoteError) return `can't give what it tells of: ${message}`
    if (thrown instanceof NoAnswerError) return 'tells of changesets and does not give them'
    if (thrown instanceof IsconfError && peersFault.has(code)) return `sends what can't be taken: ${message}`
    const { log, hostOf } = this.#deps
    const facts = { host: hostOf(peer), code }
    if (code === 'UNEXPECTED') log.debug(facts, `no changesets: ${message}`)
    else log.warn(facts, `could not keep what ${facts.host} sent: ${message}`)
    return undefined
  }

  /** Brings a branch to a peer's state if that is the later one. Whether anything changed here. */
  async #takeState(state: BranchState, peer: PeerId): Promise<boolean> {
    const { branches } = this.#deps
    // Of a branch that was never heard of there has to be something: names alone would cost a file each.
    if (!branches.get(state.branch) && state.head === noChangeset && state.revision === 0) return false
    const branch = await branches.heard(state.branch)
    const grew = this.#isHere(branch, state.head) ? false : await this.#bringNoted(branch, state, peer)
    this.unfetched.note(peer, this.#deps.hostOf(peer), state, undefined)
    return (await branch.adopt(state)) || grew
  }

  /** Callers that ask meanwhile, or afterwards, hear that there is more than is here. */
  async #bringNoted(branch: Branch, state: BranchState, peer: PeerId): Promise<boolean> {
    const host = this.#deps.hostOf(peer)
    this.unfetched.note(peer, host, state, this.unfetched.reason(peer, state) ?? onItsWay)
    try {
      return await this.#bring(branch, state, peer)
    } catch (thrown) {
      this.unfetched.note(peer, host, state, reasonOf(thrown))
      throw thrown
    }
  }

  /** Copies a fork of a branch that is here, and fetches anything else. */
  async #bring(branch: Branch, { head }: BranchState, peer: PeerId): Promise<boolean> {
    if (await this.#deps.branches.beginAsCopy(branch, head)) return true
    return this.#fetch(branch, branch.name, head, peer)
  }

  async #takeOther({ branch: name, first, head }: DivergentLine, peer: PeerId): Promise<boolean> {
    const branch = this.#deps.branches.get(name)
    if (!branch || this.#isHere(branch, head)) return false
    return this.#fetch(branch, divergentLineName(name, first), head, peer)
  }

  async #fetch(branch: Branch, line: string, head: ChangesetId, peer: PeerId): Promise<boolean> {
    const host = this.#deps.hostOf(peer)
    const isNews = await this.#fetcher.fetch(branch, line, head, { peer, host })
    if (this.#isHere(branch, head)) return isNews
    throw new IsconfError(
      'JOURNAL_DAMAGED',
      `${host}: tells of changeset ${head} of branch ${branch.name}, and does not give it`,
    )
  }

  /** A line that was set aside is here, too: a peer that has not heard of the resolution yet does not bring it back. */
  #isHere(branch: Branch, head: ChangesetId): boolean {
    return branch.has(head) || this.#deps.resolutions.hasSetAside(branch.name, head)
  }
}
