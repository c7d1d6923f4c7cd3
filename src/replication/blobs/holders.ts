/**
 * Who has some of a file and is no neighbour. In a large domain each host is connected to a few others, and it may be none
 * of these that has the file: then they are asked whether one that they are connected to has some of it, and the inventory
 * names the host that recorded it and those that have done its changeset. Nobody is told
 * beforehand what others have; a search costs a few short questions, and is made only when nothing comes.
 */
import * as z from 'zod'
import {
  type BlobRef,
  type Clock,
  inAnyOrder,
  isSha256Hex,
  PieceMemory,
  type Random,
  within,
} from '../../base/index.ts'
import { answer, ask, type PeerId, relayedAddress } from '../../mesh/index.ts'
import { BlobLane, type FetchingTransport } from '../../transfer/index.ts'

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
const answerSchema = z.object({ holders: z.array(z.string().regex(/^[\w-]{1,64}$/)).max(toldMax) })

export interface HoldersDeps {
  readonly transport: FetchingTransport
  readonly clock: Clock
  readonly random: Random
  readonly recorded: {
    /** The hosts that should have a blob by what they have recorded or done, the likeliest first. */
    of(ref: BlobRef): readonly PeerId[]
    /** Where a host can be dialed, as it has said; none where this host may not dial it. */
    addressesOf(peer: PeerId): readonly string[]
  }
}

/** Answers neighbours that look for a file: who of the other neighbours has some of it. */
export function serveHolders(transport: FetchingTransport, clock: Clock): void {
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
  const { transport, random, recorded } = deps
  const connected = transport.peers().map(({ id }) => id)
  const known = new Set([transport.self, ...connected])
  const asked = inAnyOrder(connected, random).slice(0, askedMax)
  const told = await Promise.all(asked.map((neighbour) => askNeighbour(deps, neighbour, ref)))
  const byRecord = recorded.of(ref).flatMap((peer): Holder[] => {
    const addresses = known.has(peer) ? [] : recorded.addressesOf(peer)
    return addresses.length === 0 ? [] : [{ peer, addresses }]
  })
  const found = new Map<PeerId, Holder>()
  // One of each source in turn: a neighbour that tells what is not so must not crowd out what the others tell.
  for (let place = 0; place < toldMax; place += 1) {
    for (const source of [...told, byRecord.slice(0, recordedMax)]) {
      const holder = source[place]
      if (holder && !known.has(holder.peer) && !found.has(holder.peer)) found.set(holder.peer, holder)
    }
  }
  return [...found.values()]
}

/** Whom one neighbour tells of. It passes on what is said with them, where they can't be dialed. */
async function askNeighbour(deps: HoldersDeps, via: PeerId, { id, sizeBytes }: BlobRef): Promise<readonly Holder[]> {
  const { transport, clock, recorded } = deps
  try {
    const options = { timeoutMs: answerMsMax, clock, answerBytesMax }
    const { holders } = answerSchema.parse(await ask(transport, via, protocol, { id, sizeBytes }, options))
    return (holders as PeerId[]).map((peer) => {
      return { peer, addresses: [...recorded.addressesOf(peer), relayedAddress({ via, peer })] }
    })
  } catch {
    // One of an earlier release, or one that hangs: the others may know.
    return []
  }
}

async function hasSome(
  transport: FetchingTransport,
  clock: Clock,
  peer: PeerId,
  ref: BlobRef,
): Promise<PeerId | undefined> {
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
