/** Fetches many small files with one question, and writes them to disk together. */
import {
  type BlobRef,
  type Clock,
  endIfBroken,
  inAnyOrder,
  type Log,
  type Random,
  sha256Hex,
  sleep,
} from '../../base/index.ts'
import type { PeerId } from '../../mesh/index.ts'
import type { BlobStore } from '../../store/index.ts'
import { askForFiles, type FetchingTransport, type LanePeer } from '../../transfer/index.ts'
import type { Holder } from './holders.ts'

/** If at least this many files are missing, they are asked for together. */
export const togetherMin = 16
/** How many neighbours are asked, one after the other, and how many hosts that are none. */
const peersMax = 3
/** How long neighbours have that may just be getting the files, before others are looked for. */
const patienceMs = 1_000

export interface TogetherDeps {
  readonly store: BlobStore
  readonly transport: FetchingTransport
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Looks for hosts that are not connected and may have a file; never rejects. */
  readonly findHolders: (ref: BlobRef) => Promise<readonly Holder[]>
}

/**
 * Asks one neighbour after the other for files, and after a few of them hosts that are no neighbours, until all files are
 * in the store or a few hosts were asked. Never rejects: what is still missing is fetched one by one.
 */
export async function fetchTogether(deps: TogetherDeps, files: readonly BlobRef[], signal: AbortSignal): Promise<void> {
  const { store, transport, clock, random, findHolders } = deps
  const missing = (): readonly BlobRef[] => files.filter(({ id }) => !store.has(id))
  const failed = new Set<PeerId>()
  for (const waitMs of [0, patienceMs]) {
    if (waitMs > 0) await sleep(clock, waitMs)
    const neighbours = transport.peers().flatMap(({ id }) => (failed.has(id) ? [] : [{ peer: id }]))
    for (const peer of await askInTurn(deps, inAnyOrder(neighbours, random), files, signal)) failed.add(peer)
    if (missing().length < togetherMin || signal.aborted) return
  }
  // Who has one of them is likely to have the others. What is empty needs nobody who has it.
  const sought = missing().find(({ sizeBytes }) => sizeBytes > 0)
  if (sought !== undefined) await askInTurn(deps, await findHolders(sought), files, signal)
}

/** Asks the first few of these hosts, until nothing is missing; those of them that hang, break off or lie. */
async function askInTurn(
  { store, transport, clock, log }: TogetherDeps,
  hosts: readonly LanePeer[],
  files: readonly BlobRef[],
  signal: AbortSignal,
): Promise<readonly PeerId[]> {
  const failed: PeerId[] = []
  for (const asked of hosts.slice(0, peersMax)) {
    const missing = files.filter(({ id }) => !store.has(id))
    if (missing.length === 0 || signal.aborted) break
    const { peer } = asked
    const { come, isWhole } = await rightFilesOf(transport, clock, asked, missing)
    if (!isWhole) failed.push(peer)
    try {
      await store.putSmall(come)
      if (come.length > 0) log.info({ files: come.length, peer }, 'fetched small files')
    } catch (error) {
      endIfBroken(error)
      log.debug({ error: String(error) }, 'small files were not kept')
    }
  }
  return failed
}

/** The files that came and are right, and whether the answer was. What came before the peer broke off or lied counts. */
async function rightFilesOf(
  transport: FetchingTransport,
  clock: Clock,
  asked: LanePeer,
  refs: readonly BlobRef[],
): Promise<{ readonly come: readonly Uint8Array[]; readonly isWhole: boolean }> {
  const come: Uint8Array[] = []
  let at = 0
  try {
    for await (const content of askForFiles(transport, clock, asked, refs)) {
      const id = refs[at++]?.id
      if (content === undefined) continue
      if (sha256Hex(content) !== id) throw new Error(`${asked.peer} sent another file than ${id}`)
      come.push(content)
    }
    return { come, isWhole: true }
  } catch {
    return { come, isWhole: false }
  }
}
