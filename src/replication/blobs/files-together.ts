/**
 * Many small files in one answer: asked for by name and size on one stream, sent one after the other, and written to
 * disk together. One by one, each would cost its questions and its wait for the disk.
 */
import * as z from 'zod'
import {
  type BlobRef,
  type BlobSource,
  type Clock,
  endIfBroken,
  isSha256Hex,
  type Log,
  pieceBytes,
  type Random,
  sha256Hex,
  within,
} from '../../base/index.ts'
import { type PeerId, type PeerStream, StreamReader, type Transport, writeFrame } from '../../mesh/index.ts'
import type { BlobStore } from '../../store/index.ts'
import { blobAnswerHeadBytes, bytesOf, decodeAnswerHead, encodeAnswerHead, isBulk } from './blob-protocol.ts'
import { Slots } from './blob-slots.ts'
import { pack, unpack } from './packing.ts'
import { StallWatch } from './stall-watch.ts'

const protocol = '/isconf/files/1'
/** How many files one question may ask for. */
const filesMax = 256
/** How many bytes these may have together: they are held in memory until they are on disk. */
const bytesMax = 4 * pieceBytes
const requestBytesMax = 64 * 1024
/** How many bytes are written to the stream at once. */
const writeBytes = 256 * 1024
/** How long a peer may take to make room for them. */
const writeMsMax = 30_000
/** How many peers are asked, one after the other. */
const peersMax = 3
/** How many answers are under way at once: to all peers, and to one. */
const [answersMax, answersPerPeerMax] = [4, 1]

const requestSchema = z
  .array(z.strictObject({ id: z.string().refine(isSha256Hex), sizeBytes: z.int().min(0).max(pieceBytes) }))
  .max(filesMax)
  .refine((files) => bytesOf(files) <= bytesMax)

/** The first of these files that one question may ask for: files of one piece, as many as fit. */
export function filesOfOneQuestion(refs: Iterable<BlobRef>): readonly BlobRef[] {
  const chosen: BlobRef[] = []
  let sum = 0
  for (const ref of refs) {
    if (ref.sizeBytes > pieceBytes || sum + ref.sizeBytes > bytesMax) continue
    sum += ref.sizeBytes
    if (chosen.push(ref) === filesMax) break
  }
  return chosen
}

/** Answers every peer's questions for files of `source`. */
export function serveFilesTogether(transport: Transport, source: BlobSource, clock: Clock): void {
  const slots = new Slots<PeerId>(answersMax, answersPerPeerMax)
  transport.handle(protocol, async (stream) => {
    const asked = await new StreamReader(stream.incoming).frame(requestBytesMax)
    const files = requestSchema.parse(JSON.parse(Buffer.from(asked ?? []).toString('utf8')))
    await slots.run(stream.peer, () => send(stream, source, clock, files))
  })
}

async function send(
  stream: PeerStream,
  source: BlobSource,
  clock: Clock,
  files: readonly { readonly id: string; readonly sizeBytes: number }[],
): Promise<void> {
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(waiting)
    waiting = []
    waitingBytes = 0
    await within(clock, writeMsMax, stream.write(bytes), () => {
      throw new Error(`${stream.peer} does not read`)
    })
  }
  for (const { id, sizeBytes } of files) {
    const content = await source.read(id, 0, sizeBytes).catch(() => undefined)
    const part = content?.length === sizeBytes ? pack(content) : undefined
    waiting.push(encodeAnswerHead(part && { length: part.bytes.length, isPacked: part.isPacked }))
    if (part !== undefined) waiting.push(part.bytes)
    waitingBytes += blobAnswerHeadBytes + (part?.bytes.length ?? 0)
    if (waitingBytes >= writeBytes) await flush()
  }
  await flush()
}

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
    stream = await transport[open](peer, protocol, limit.signal)
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
