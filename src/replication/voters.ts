/** The other hosts as the agreement on branches sees them. */
import * as z from 'zod'
import type { Voters } from '../agreement/index.ts'
import type { Clock } from '../base/index.ts'
import { ask, HangsError, NoAnswerError, type PeerId, RemoteError, type Transport } from '../mesh/index.ts'
import type { ReachablePeers } from './reachable-peers.ts'
import type { Replicator } from './replicator.ts'

export const agreeProtocol = '/isconf/agree/1'
/** Room for two branch states and the ids of all hosts that were asked already. */
export const agreeBytesMax = 1024 * 1024

export interface MeshVotersDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly reachable: ReachablePeers
  readonly replicator: Replicator
}

/** Asks over the mesh. A host that leaves two questions unanswered is not waited for until it says something. */
export function meshVoters({ transport, clock, reachable, replicator }: MeshVotersDeps): Voters {
  return {
    self: transport.self,
    peers: () => reachable.peers(),
    hosts: () => replicator.inventory.size,
    ask: async (id, message, waitMs) => {
      const peer = id as PeerId
      try {
        const options = { timeoutMs: waitMs, clock, answerBytesMax: agreeBytesMax }
        const answer = await ask(transport, peer, agreeProtocol, message, options)
        reachable.hasSpoken(peer)
        return answer
      } catch (error) {
        // Whatever it is, it is an answer.
        if (error instanceof RemoteError || error instanceof SyntaxError || error instanceof z.ZodError) return null
        if (error instanceof NoAnswerError && !(error instanceof HangsError)) reachable.didNotAnswer(peer)
        throw error
      }
    },
    catchUp: async (branch) => {
      await replicator.exchangeBranch(branch, 'unless quiet')
    },
    nameOf: (peer) => replicator.hostOf(peer as PeerId),
    inTrouble: (peer, what) => {
      const text = what === undefined ? undefined : `can't keep what is agreed: ${what}; the others go on without it`
      replicator.troubles.note(peer as PeerId, replicator.hostOf(peer as PeerId), 'disk', text)
    },
    passedOver: (peer, what) => {
      const text =
        what === undefined ? undefined : `${what}, and has nothing to show for it: the others go on without its word`
      replicator.troubles.note(peer as PeerId, replicator.hostOf(peer as PeerId), 'votes', text)
    },
  }
}
