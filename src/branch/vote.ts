/**
 * Agreement without keepers: a change needs the consent of every host that
 * can be reached. Pure functions: a view and a proposal in, a vote out.
 */
import * as z from 'zod'
import type { ChangesetId } from '../base/index.ts'
import { type BranchState, branchStateSchema, isSameState, supersedes } from './state.ts'

/** A change of a branch's state, put to the other hosts. */
export interface Proposal {
  /** Names this proposal, and no other. */
  readonly id: string
  readonly from: BranchState
  readonly to: BranchState
}

/** A host's word not to consent to another proposal for a while. */
export interface Pledge {
  readonly proposal: string
  /** Monotonic milliseconds; after that the proposer is taken for dead. */
  readonly untilMs: number
}

/** How long a consent holds: longer than any proposer waits for votes, so that it decides while all still hold. */
export const pledgeMs = 10_000

/** What a host votes on. */
export interface View {
  readonly state: BranchState
  /** Whether a changeset is in this host's journal of the branch. */
  readonly knows: (head: ChangesetId) => boolean
  /** Whether this host knows that the branch is split. */
  readonly isSplit: boolean
  readonly pledge: Pledge | undefined
  readonly nowMs: number
}

export const voteSchema = z.object({
  /**
   * `busy`: pledged to another proposal; `stale`: this host knows of a later state; `split`: two lines are known here;
   * `other`: what only a later release says, which is no consent.
   */
  vote: z.enum(['yes', 'busy', 'stale', 'split', 'other']).catch('other'),
  /** Why the voter can't write what is agreed, in words that follow its name: the others go on without it. */
  trouble: z.string().max(600).optional(),
  /** The voter's own state: the proposer sees from it whether the voter is behind or on another line. */
  state: branchStateSchema,
})

export type Vote = Readonly<z.infer<typeof voteSchema>>

/** This host's vote, and the pledge that goes with a yes. */
export function voteOn(view: View, proposal: Proposal): { vote: Vote; pledge: Pledge | undefined } {
  const { state, pledge, nowMs } = view
  const isPledged = pledge !== undefined && pledge.untilMs > nowMs && pledge.proposal !== proposal.id
  const no = (vote: Vote['vote']): { vote: Vote; pledge: Pledge | undefined } => ({ vote: { vote, state }, pledge })
  if (view.isSplit) return no('split')
  if (isPledged) return no('busy')
  if (knowsLater(view, proposal.from)) return no('stale')
  return { vote: { vote: 'yes', state }, pledge: { proposal: proposal.id, untilMs: nowMs + pledgeMs } }
}

/** Whether this host's state came after `from`, or beside it. */
function knowsLater({ state, knows }: View, from: BranchState): boolean {
  if (state.head === from.head) return !isSameState(state, from) && !supersedes(from, state)
  // A head that is not known here is one to catch up to, or another line: the proposer can tell.
  return knows(from.head)
}
