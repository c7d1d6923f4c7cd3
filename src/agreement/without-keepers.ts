/**
 * Agreement without keepers: a change of a branch's state needs the consent of
 * every host that can be reached. What it needs of the network is handed in as
 * an {@link Voters}.
 */
import * as z from 'zod'
import { type BranchName, type Clock, IsconfError, type Random, sleep } from '../base/index.ts'
import {
  type Addition,
  type Branch,
  type BranchState,
  branchStateSchema,
  type Proposal,
  refuseSplit,
  splitError,
  type Vote,
  voteSchema,
} from '../branch/index.ts'
import { branchNameSchema } from '../journal/index.ts'
import type { Agreement, NextState, Voters } from './agreement.ts'
import { type Outcome, tally } from './tally.ts'

/** How often a change is tried when others try theirs at the same moment. */
const attemptsMax = 12
/** The longest wait before the second try; it grows with each. */
const pauseMsMax = 60
/** How long a proposer waits for votes: well within a pledge, and longer than a busy host takes to answer. */
const voteMs = 3_000
/** What each host on the way keeps back for its own answer. */
const hopMs = 400
/** How many hosts one question may have visited: it travels on through hosts that reach others. */
const visitedMax = 10_000

const proposalSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  from: branchStateSchema,
  to: branchStateSchema,
})

const messageSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('propose'),
    proposal: proposalSchema,
    visited: z.array(z.string()).max(visitedMax),
    /** How long the asker waits; whoever asks on has less. */
    waitMs: z.int().positive().max(voteMs),
  }),
  z.strictObject({
    type: z.literal('release'),
    branch: branchNameSchema,
    proposal: z.string(),
    visited: z.array(z.string()).max(visitedMax),
  }),
])

type Message = z.infer<typeof messageSchema>

const votesSchema = z.array(voteSchema).max(visitedMax)

export interface AgreementDeps {
  readonly voters: Voters
  readonly clock: Clock
  readonly random: Random
  /** The branch a message is about. */
  readonly branchNamed: (name: BranchName) => Promise<Branch>
}

/** Agreement without keepers: every host that can be reached must consent. */
export function keeperlessAgreement(deps: AgreementDeps): Agreement {
  return {
    change: (branch, next) => change(deps, branch, next),
    answer: async (message) => answer(deps, messageSchema.parse(message)),
  }
}

async function change(deps: AgreementDeps, branch: Branch, next: NextState): Promise<BranchState> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    await deps.voters.catchUp(branch)
    refuseSplit(branch)
    const from = branch.state
    const { to, ...addition } = next(from)
    const proposal: Proposal = { id: Buffer.from(deps.random.bytes(16)).toString('hex'), from, to }
    const outcome = await propose(deps, branch, proposal)
    // A proposer that was held up for longer than the others' pledges must not act on them.
    const isAgreed = outcome === 'agreed' && branch.isPledgedTo(proposal.id)
    if (isAgreed && (await makeChange(deps, branch, proposal, addition))) return branch.state
    await giveUp(deps, branch, proposal)
    if (outcome === 'split') throw splitError(branch)
    await sleep(deps.clock, 1 + deps.random.below(pauseMsMax * attempt))
  }
  throw new IsconfError(
    'LOCK_CONTENDED',
    `other hosts kept changing branch ${branch.name}; gave up after ${attemptsMax} tries`,
  )
}

/** Makes an agreed change; whether the state was still the one it starts from. */
async function makeChange(
  deps: AgreementDeps,
  branch: Branch,
  proposal: Proposal,
  addition: Addition,
): Promise<boolean> {
  try {
    return await branch.compareAndSet(proposal.from, proposal.to, addition)
  } catch (error) {
    // Nothing was changed, most often because the disk is full: the others must not wait for it.
    await giveUp(deps, branch, proposal)
    throw error
  }
}

async function propose(deps: AgreementDeps, branch: Branch, proposal: Proposal): Promise<Outcome> {
  const own = branch.vote(proposal)
  const votes = own.vote === 'yes' ? await collect(deps, proposal, [deps.voters.self], voteMs) : []
  return tally([own, ...votes], (head) => branch.journal.has(head))
}

/** The votes of all hosts that were not visited yet and can be reached from here, directly or through others. */
async function collect(
  deps: AgreementDeps,
  proposal: Proposal,
  visited: readonly string[],
  waitMs: number,
): Promise<readonly Vote[]> {
  if (waitMs < hopMs) return []
  const { voters } = deps
  const fresh = voters.peers().filter((peer) => !visited.includes(peer))
  const message: Message = { type: 'propose', proposal, visited: [...visited, ...fresh], waitMs }
  const answers = await Promise.all(
    fresh.map(async (peer) => {
      try {
        return votesSchema.parse(await voters.ask(peer, message, waitMs))
      } catch {
        // Who does not answer can't be reached, and only who can be reached has a say.
        return []
      }
    }),
  )
  return answers.flat()
}

async function giveUp({ voters }: AgreementDeps, branch: Branch, { id }: Proposal): Promise<void> {
  branch.release(id)
  const peers = voters.peers()
  const message: Message = { type: 'release', branch: branch.name, proposal: id, visited: [voters.self, ...peers] }
  // A host that does not hear this forgets its pledge by itself, after a while.
  await Promise.allSettled(peers.map((peer) => voters.ask(peer, message, voteMs)))
}

async function answer(deps: AgreementDeps, message: Message): Promise<unknown> {
  const { voters } = deps
  if (message.type === 'propose') {
    const { proposal } = message
    const branch = await deps.branchNamed(proposal.from.branch)
    const own = branch.vote(proposal)
    if (own.vote !== 'yes') return [own]
    return [own, ...(await collect(deps, proposal, message.visited, message.waitMs - hopMs))]
  }
  const branch = await deps.branchNamed(message.branch)
  branch.release(message.proposal)
  const fresh = voters.peers().filter((peer) => !message.visited.includes(peer))
  const onward: Message = { ...message, visited: [...message.visited, ...fresh] }
  await Promise.allSettled(fresh.map((peer) => voters.ask(peer, onward, hopMs)))
  return null
}
