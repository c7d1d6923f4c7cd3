/**
 * Agreement without keepers: a change of a branch's state needs the consent of
 * every host that can be reached. What it needs of the network is handed in as
 * an {@link Voters}.
 */
import { type BranchName, type ChangesetId, type Clock, IsconfError, type Random, sleep } from '../base/index.ts'
import {
  type Addition,
  type Branch,
  type BranchState,
  isSameState,
  type Proposal,
  pledgeMs,
  refuseSplit,
  type Vote,
} from '../branch/index.ts'
import type { Agreement, NextState, Voters } from './agreement.ts'
import { type Message, messageSchema, voteMs } from './messages.ts'
import { Objections, objectionText } from './objections.ts'
import { PassedOn } from './passed-on.ts'
import { isObjection, type Outcome, tally } from './tally.ts'
import { votesOf, type Wait } from './votes-of.ts'

/** How often a change is tried, at least, when others try theirs at the same moment. */
const attemptsMin = 12
/** And for how long: the pledges to a proposer that died end before that. */
const tryMsMin = pledgeMs + 3_000
/** The longest wait before the second try; it grows with each, up to the twelfth. */
const pauseMsMax = 60
/** What each host on the way keeps back for its own answer. */
const hopMs = 400
export interface AgreementDeps {
  readonly voters: Voters
  readonly clock: Clock
  readonly random: Random
  /** The branch a message is about. */
  readonly branchNamed: (name: BranchName) => Promise<Branch>
}

/** What the functions below share. */
interface Conduct extends AgreementDeps {
  readonly objections: Objections
  /** The questions that were asked on from here. */
  readonly passedOn: PassedOn
}

/** Agreement without keepers: every host that can be reached must consent. */
export function keeperlessAgreement(deps: AgreementDeps): Agreement {
  const conduct = { ...deps, objections: new Objections(deps.clock), passedOn: new PassedOn() }
  return {
    change: (branch, next) => change(conduct, branch, next),
    answer: async (message) => answer(conduct, messageSchema.parse(message)),
  }
}

async function change(deps: Conduct, branch: Branch, next: NextState): Promise<BranchState> {
  const { clock, voters, random } = deps
  const beganMs = clock.monotonicMs()
  for (let attempt = 1; ; attempt += 1) {
    await voters.catchUp(branch)
    await refuseSplit(branch)
    const from = branch.state
    const { to, ...addition } = next(from)
    const proposal: Proposal = { id: Buffer.from(random.bytes(16)).toString('hex'), from, to }
    const consentsEndMs = clock.monotonicMs() + pledgeMs
    const { outcome, against } = await propose(deps, branch, proposal)
    // A proposer that was held up for longer than the others' pledges must not act on them.
    const isAgreed = outcome === 'agreed' && branch.isPledgedTo(proposal.id)
    if (isAgreed && (await makeChange(deps, branch, proposal, addition, consentsEndMs))) return branch.state
    await giveUp(deps, branch, proposal)
    if (attempt >= attemptsMin && clock.monotonicMs() - beganMs >= tryMsMin) throw contended(branch, against)
    await sleep(clock, 1 + random.below(pauseMsMax * Math.min(attempt, attemptsMin)))
  }
}

function contended({ name }: Branch, against: readonly string[]): IsconfError {
  const who = against.length > 0 ? against.join('; ') : 'this host is taken up with the change of another one'
  return new IsconfError('LOCK_CONTENDED', `no agreement on branch ${name}: ${who}`)
}

/**
 * Makes an agreed change; whether it stands. On a disk that took longer than the consents hold, others may have agreed
 * on another change meanwhile: it stands when nobody knows of one.
 */
async function makeChange(
  deps: AgreementDeps,
  branch: Branch,
  proposal: Proposal,
  addition: Addition,
  consentsEndMs: number,
): Promise<boolean> {
  try {
    const isMade = await branch.compareAndSet(proposal.from, proposal.to, addition)
    if (!isMade || deps.clock.monotonicMs() < consentsEndMs) return isMade
    await deps.voters.catchUp(branch)
    await refuseSplit(branch)
    return isSameState(branch.state, proposal.to)
  } catch (error) {
    // Nothing was changed, most often because the disk is full: the others must not wait for it.
    await giveUp(deps, branch, proposal)
    throw error
  }
}

/** What came of a proposal, and who was against it and why, each in words. */
interface Proposed {
  readonly outcome: Outcome
  readonly against: readonly string[]
}

async function propose(deps: Conduct, branch: Branch, proposal: Proposal): Promise<Proposed> {
  const knows = (head: ChangesetId): boolean => branch.journal.has(head)
  const own = branch.vote(proposal)
  // What others ask on comes back here.
  deps.passedOn.isTurn(`propose ${proposal.id}`, deps.voters.hosts())
  const wait = { waitMs: voteMs, untilMs: deps.clock.monotonicMs() + 2 * voteMs }
  const answers = own.vote === 'yes' ? await collect(deps, branch, proposal, [deps.voters.self], wait) : []
  const against = answers.flatMap(({ peer, votes }) => {
    const texts = votes.filter((vote) => isObjection(vote, knows)).map((vote) => objectionText(branch.name, vote))
    return [...new Set(texts)].map((text) => `${deps.voters.nameOf(peer)} ${text}`)
  })
  return { outcome: tally([own, ...answers.flatMap(({ votes }) => votes)], knows), against }
}

/** What a peer answered: its vote, and those of the hosts that were asked by way of it. */
interface Answer {
  readonly peer: string
  readonly votes: readonly Vote[]
}

/** The votes of all hosts that were not visited yet and can be reached from here, directly or through others. */
async function collect(
  deps: Conduct,
  branch: Branch,
  proposal: Proposal,
  visited: readonly string[],
  wait: Wait,
): Promise<readonly Answer[]> {
  const { waitMs } = wait
  if (waitMs < hopMs) return []
  const { voters, objections } = deps
  const fresh = voters.peers().filter((peer) => !visited.includes(peer))
  const message: Message = { type: 'propose', proposal, visited: [...visited, ...fresh], waitMs }
  return Promise.all(
    fresh.map(async (peer) => {
      const told = await votesOf(deps, branch, peer, message, wait)
      const { votes, passedOver } = objections.weigh(branch, peer, told)
      voters.passedOver(peer, passedOver)
      // The first is its own.
      if (told[0]) voters.inTrouble(peer, told[0].trouble)
      return { peer, votes }
    }),
  )
}

async function giveUp({ voters }: AgreementDeps, branch: Branch, { id }: Proposal): Promise<void> {
  branch.release(id)
  const peers = voters.peers()
  const message: Message = { type: 'release', branch: branch.name, proposal: id, visited: [voters.self, ...peers] }
  // A host that does not hear this forgets its pledge by itself, after a while.
  await Promise.allSettled(peers.map((peer) => voters.ask(peer, message, voteMs)))
}

async function answer(deps: Conduct, message: Message): Promise<unknown> {
  const { voters } = deps
  if (message.type === 'propose') {
    const { proposal } = message
    const branch = await deps.branchNamed(proposal.from.branch)
    const own = branch.vote(proposal)
    if (own.vote !== 'yes' || !deps.passedOn.isTurn(`propose ${proposal.id}`, voters.hosts())) return [own]
    const waitMs = message.waitMs - hopMs
    const wait = { waitMs, untilMs: deps.clock.monotonicMs() + waitMs }
    const answers = await collect(deps, branch, proposal, message.visited, wait)
    const votes = answers.flatMap((one) => one.votes)
    // Whoever asks hears from this host what is behind an objection, so it has to be here when it asks again.
    if (votes.some((vote) => isObjection(vote, (head) => branch.journal.has(head)))) void voters.catchUp(branch)
    return distinct([own, ...votes])
  }
  const branch = await deps.branchNamed(message.branch)
  branch.release(message.proposal)
  if (!deps.passedOn.isTurn(`release ${message.proposal}`, voters.hosts())) return null
  const fresh = voters.peers().filter((peer) => !message.visited.includes(peer))
  const onward: Message = { ...message, visited: [...message.visited, ...fresh] }
  await Promise.allSettled(fresh.map((peer) => voters.ask(peer, onward, hopMs)))
  return null
}

/** A thousand hosts that vote alike say what one of them says. */
function distinct(votes: readonly Vote[]): readonly Vote[] {
  return [...new Map(votes.map((vote) => [JSON.stringify(vote), vote])).values()]
}
