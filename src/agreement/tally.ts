/** What the votes on a proposal come to: a pure function. */
import type { ChangesetId } from '../base/index.ts'
import type { Vote } from '../branch/index.ts'

/** Whether a vote, by a host that is not this one, is none for the proposal; `knows` is about this host's journal. */
export function isObjection({ vote, state }: Vote, knows: (head: ChangesetId) => boolean): boolean {
  return vote !== 'yes' || !knows(state.head)
}

export type Outcome = 'agreed' | 'busy' | 'stale' | 'split'

/** What the votes come to; `knows` is about the proposer's journal. */
export function tally(votes: readonly Vote[], knows: (head: ChangesetId) => boolean): Outcome {
  // A yes from a host whose head is not in the proposer's journal is one from another line, or from a host ahead.
  if (votes.some(({ vote }) => vote === 'split')) return 'split'
  if (votes.some(({ vote, state }) => vote === 'stale' || !knows(state.head))) return 'stale'
  return votes.some(({ vote }) => vote !== 'yes') ? 'busy' : 'agreed'
}
