/** Fetches many small files with one question, and writes them to disk together. */
import { type BlobRef, type Clock, endIfBroken, type Log, type Random, sha256Hex } from '../../base/index.ts'
import { type PeerId, type PeerStream, StreamReader, type Transport, writeFrame } from '../../mesh/index.ts'
import type { BlobStore } from '../../store/index.ts'
import { blobAnswerHeadBytes, bytesOf, decodeAnswerHead, filesProtocol, isBulk, unpack } from '../../transfer/index.ts'
import { StallWatch } from './stall-watch.ts'

/** How many peers are asked, one after the other. */
const peersMax = 3

export interface TogetherDeps {
  readonly store: BlobStore
  readonly transport: Transport
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/**
 * Asks one peer after the other for files, until all are in the store or a few peers were asked. Never rejects: what is
 * still missing is fetched one by one.
 */
export async function fetchTogether(deps: TogetherDeps, files: readonly BlobRef[], signal: AbortSignal): Promise<void> {
  const { store, transport, clock, random, log } = deps
  const peers = transport.peers().map(({ id }) => id)
  for (let asked = 0; asked < peersMax && peers.length > 0; asked += 1) {
    const missing = files.filter(({ id }) => !store.has(id))
    if (missing.length === 0 || signal.aborted) return
    const [peer] = peers.splice(random.below(peers.length), 1)
    const come = await askForFiles(transport, clock, peer as PeerId, missing)
    try {
      await store.putSmall(come)
      if (come.length > 0) log.info({ files: come.length, peer }, 'fetched small files')
    } catch (error) {
      endIfBroken(error)
      log.debug({ error: String(error) }, 'small files were not kept')
    }
  }
}

/** The files that came and are right. What came before the peer broke off or lied counts. */
async function askForFiles(
  transport: Transport,
  clock: Clock,
  peer: PeerId,
  refs: readonly BlobRef[],
): Promise<readonly Uint8Array[]> {
  const limit = new AbortController()
  let stream: PeerStream | undefined
  const watch = new StallWatch(clock, () => {
    const late = new Error(`${peer} stalled`)
    limit.abort(late)
    stream?.abort(late)
  })
  const come: Uint8Array[] = []
  try {
    const open = isBulk(bytesOf(refs)) ? 'openFileStream' : 'openStream'
    stream = await transport[open](peer, filesProtocol, limit.signal)
    const question = refs.map(({ id, sizeBytes }) => ({ id, sizeBytes }))
    await writeFrame(stream, Buffer.from(JSON.stringify(question)))
    await stream.closeWrite()
    const reader = new StreamReader(stream.incoming)
    for (const ref of refs) {
      const content = await readOne(reader, ref)
      watch.touch()
      if (content === undefined) continue
      if (sha256Hex(content) !== ref.id) throw new Error(`${peer} sent another file than ${ref.id}`)
      come.push(content)
    }
  } catch (error) {
    stream?.abort(error as Error)
  } finally {
    watch.pause()
  }
  return come
}

async function readOne(reader: StreamReader, { sizeBytes }: BlobRef): Promise<Uint8Array | undefined> {
  const head = decodeAnswerHead(await reader.exactly(blobAnswerHeadBytes))
  if (head === undefined) return undefined
  if (head.isPacked ? head.length >= sizeBytes : head.length !== sizeBytes) throw new Error('a file of another size')
  const bytes = await reader.exactly(head.length)
  // Its own copy: it is kept longer than the chunk that it arrived in.
  return head.isPacked ? unpack(bytes, sizeBytes) : Uint8Array.from(bytes)
}
