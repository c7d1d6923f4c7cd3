/**
 * Who has some of a file and is no neighbour. In a large domain each host is connected to a few others, and it may be none
 * of these that has the file: then they are asked whether one that they are connected to has some of it, and after that
 * come the host that recorded it and those that stand behind its changeset, as the inventory tells. Nobody is told
 * beforehand what others have; a search costs a few short questions, and is made only when nothing comes.
 */
import * as z from 'zod'
import { type BlobRef, type Clock, isSha256Hex, PieceMemory, type Random, within } from '../../base/index.ts'
import { answer, ask, type PeerId, relayedAddress, type Transport } from '../../mesh/index.ts'
import { BlobLane } from './blob-lane.ts'

/** A host that may have some of a blob, and where it can be dialed, best first. */
export interface Holder {
  readonly peer: PeerId
  readonly addresses: readonly string[]
}

const protocol = '/isconf/holders/1'
/** Neighbours that are asked, and hosts that each of them asks. */
const askedMax = 12
/** How long such a host may take for its answer, and a neighbour for all of them. */
const heldMsMax = 2_000
const answerMsMax = 4_000
const toldMax = 8
/** Hosts of the inventory that one search names. */
const recordedMax = 4
const answerBytesMax = 4 * 1024

const questionSchema = z.object({ id: z.string().refine(isSha256Hex), sizeBytes: z.int().min(1) })
const answerSchema = z.object({ holders: z.array(z.string().max(64)).max(toldMax) })

export interface HoldersDeps {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
  readonly recorded: {
    /** The hosts that should have a blob by what they have recorded or done, the likeliest first. */
    of(ref: BlobRef): readonly PeerId[]
    /** Where a host has said that it can be dialed. */
    addressesOf(peer: PeerId): readonly string[]
  }
}

/** Answers neighbours that look for a file: who of the other neighbours has some of it. */
export function serveHolders(transport: Transport, clock: Clock): void {
  const limits = { requestBytesMax: 1024, concurrentPerPeerMax: 4 }
  answer(transport, protocol, limits, async (question, asker) => {
    const ref = { ...questionSchema.parse(question), pieces: '' }
    const others = transport.peers().filter(({ id, via }) => id !== asker && via === undefined)
    const held = await Promise.all(others.slice(0, askedMax).map(({ id }) => hasSome(transport, clock, id, ref)))
    return { holders: held.flatMap((peer) => peer ?? []).slice(0, toldMax) }
  })
}

/** Looks for hosts that have some of a blob and are not connected; never rejects. */
export async function findHolders(deps: HoldersDeps, ref: BlobRef): Promise<readonly Holder[]> {
  const { transport, recorded } = deps
  const connected = transport.peers().map(({ id }) => id)
  const viaByPeer = new Map<PeerId, PeerId | undefined>()
  const told = await Promise.all(connected.slice(0, askedMax).map((neighbour) => askNeighbour(deps, neighbour, ref)))
  for (const [index, peers] of told.entries()) for (const peer of peers) viaByPeer.set(peer, connected[index])
  for (const peer of recorded.of(ref).slice(0, recordedMax)) if (!viaByPeer.has(peer)) viaByPeer.set(peer, undefined)
  for (const peer of [transport.self, ...connected]) viaByPeer.delete(peer)
  return [...viaByPeer].map(([peer, via]) => {
    // Who is connected to it passes on what the two say, where it can't be dialed.
    const relayed = via === undefined ? [] : [relayedAddress({ via, peer })]
    return { peer, addresses: [...recorded.addressesOf(peer), ...relayed] }
  })
}

async function askNeighbour(deps: HoldersDeps, neighbour: PeerId, { id, sizeBytes }: BlobRef): Promise<PeerId[]> {
  const { transport, clock } = deps
  try {
    const options = { timeoutMs: answerMsMax, clock, answerBytesMax }
    const { holders } = answerSchema.parse(await ask(transport, neighbour, protocol, { id, sizeBytes }, options))
    return holders as PeerId[]
  } catch {
    // One of an earlier release, or one that hangs: the others may know.
    return []
  }
}

async function hasSome(transport: Transport, clock: Clock, peer: PeerId, ref: BlobRef): Promise<PeerId | undefined> {
  const lane = new BlobLane({ transport, clock, ref, memory: new PieceMemory() }, { peer }, false)
  try {
    const held = await within(clock, heldMsMax, lane.held(), () => undefined)
    return held?.whole || held?.bits.some((bits) => bits !== 0) ? peer : undefined
  } catch {
    return undefined
  } finally {
    lane.close(new Error('that was the question'))
  }
}
