/** Fetches the changesets that this host lacks from a peer that has them: of a branch, or of another line of a split one. */
import { type BranchName, type ChangesetId, type Clock, type Log, Mutex, noChangeset } from '../base/index.ts'
import type { Branch } from '../branch/index.ts'
import type { JournalRange, SignedChangeset } from '../journal/index.ts'
import type { PeerId, Transport } from '../mesh/index.ts'
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

/** A peer that has not sent a range by then is one that can't be reached. */
const rangeMs = 10_000

export class ChangesetFetcher {
  readonly #deps: ChangesetFetcherDeps
  /** One fetching of a branch at a time, whoever has news of it. */
  readonly #turnsByBranch = new Map<BranchName, Mutex>()

  constructor(deps: ChangesetFetcherDeps) {
    this.#deps = deps
  }

  /** Fetches a line, as `journalSource` names it, up to `head`; whether it brought something new. JOURNAL_DAMAGED. */
  fetch(branch: Branch, line: string, head: ChangesetId, source: LineSource): Promise<boolean> {
    const turns = this.#turnsByBranch.get(branch.name) ?? new Mutex()
    this.#turnsByBranch.set(branch.name, turns)
    return turns.run(async () => {
      if (branch.has(head)) return false
      return this.#fetchAfter(branch, line, await this.#commonPoint(branch, line, source), source)
    })
  }

  /** The newest changeset of this host that is on the peer's line, found by ever longer steps back. */
  async #commonPoint(branch: Branch, line: string, source: LineSource): Promise<ChangesetId> {
    const { journal } = branch
    for (let back = 0; ; back = back * 2 + 1) {
      const id = journal.idAt(Math.max(0, journal.length - back))
      if (id === noChangeset || (await this.#ask(line, id, source))) return id
    }
  }

  async #fetchAfter(branch: Branch, line: string, common: ChangesetId, source: LineSource): Promise<boolean> {
    let isNews = false
    for (let after: ChangesetId | undefined = common; after !== undefined; ) {
      const range = await this.#ask(line, after, source)
      if (!range || range.lines.length === 0) break
      const { added, split, last } = await branch.take(range.lines, source.host)
      if (added.length > 0) this.#deps.onChangesets(branch, added)
      if (split) this.#deps.log.warn({ branch: branch.name, from: source.host }, `branch ${branch.name} is split`)
      isNews ||= added.length > 0 || split
      after = range.more ? last : undefined
    }
    return isNews
  }

  #ask(line: string, after: ChangesetId, { peer }: LineSource): Promise<JournalRange | undefined> {
    const { transport, clock } = this.#deps
    return askJournal(transport, peer, line, after, { clock, timeoutMs: rangeMs })
  }
}
