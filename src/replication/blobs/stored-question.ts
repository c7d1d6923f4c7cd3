/** The question whether every file of a changeset is on a host's disk: how it is asked, and how it is answered. */
import * as z from 'zod'
import { type BlobRef, type BranchName, type ChangesetId, type Clock, within } from '../../base/index.ts'
import type { Branches } from '../../branch/index.ts'
import { blobsOf, branchNameSchema, changesetIdSchema } from '../../journal/index.ts'
import { answer, ask, type Transport } from '../../mesh/index.ts'
import type { CountListener } from '../exchange.ts'

const storedProtocol = '/isconf/kept/1'
/** How long `ci` waits for the others to have its files before it says how many do. */
const storedMs = 5_000
const messageBytesMax = 4 * 1024

const storedQuestionSchema = z.object({ branch: branchNameSchema, id: changesetIdSchema })

export interface StoredQuestionDeps {
  readonly branches: Branches
  readonly transport: Transport
  readonly clock: Clock
}

/** Answers every peer; `untilHere` resolves when all of the blobs are on this host's disk. */
export function answerStored(deps: StoredQuestionDeps, untilHere: (refs: readonly BlobRef[]) => Promise<void>): void {
  const limits = { requestBytesMax: messageBytesMax, concurrentPerPeerMax: 4 }
  answer(deps.transport, storedProtocol, limits, async (question) => {
    const { branch: name, id } = storedQuestionSchema.parse(question)
    const branch = deps.branches.get(name)
    const sequence = branch?.journal.sequenceOf(id)
    if (!branch || !sequence) return false
    const refs = blobsOf(await branch.journal.changesetAt(sequence))
    const here = untilHere(refs).then(() => true)
    return within(deps.clock, storedMs, here, () => false)
  })
}

/**
 * On how many of the connected hosts every file of a changeset is on disk; asked once, waited for a while. `told` hears
 * of each that has them, and of how many were asked.
 */
export async function hostsWithFiles(
  deps: StoredQuestionDeps,
  branch: BranchName,
  id: ChangesetId,
  told?: CountListener,
): Promise<number> {
  const { transport, clock } = deps
  const options = { timeoutMs: storedMs + 1_000, clock, answerBytesMax: messageBytesMax }
  const peers = transport.peers()
  let stored = 0
  const asked = peers.map(async (peer) => {
    if ((await ask(transport, peer.id, storedProtocol, { branch, id }, options)) !== true) return
    stored += 1
    told?.(stored, peers.length)
  })
  await Promise.allSettled(asked)
  return stored
}
