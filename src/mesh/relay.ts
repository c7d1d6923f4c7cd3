/**
 * Two hosts that can't reach each other, and both reach a third, talk over that: it passes on bytes that it can't read,
 * for the two have TLS and the admission between them as on any other connection. It does so between hosts that it is
 * connected to itself, and dials nobody for it.
 */
import * as z from 'zod/mini'
import type { RelayedAddress } from './address.ts'
import { frameOf, StreamReader, writeFrame } from './frames.ts'
import type { PeerId, PeerStream, Transport } from './transport.ts'

/** Asked of the host in the middle; after its answer come the bytes of the other host. */
const relayProtocol = '/isconf/relay/1'
/** What the host in the middle opens to the other one; after its first frame come the bytes of the host that asked. */
const relayedProtocol = '/isconf/relayed/1'

/**
 * How many connections one peer may have over this host: two for each host of a small domain that it does not reach.
 */
const perPeerMax = 32
/** How many all peers may have together. */
const allMax = 128
/** How many connections over others this host answers at once. */
const answeredMax = 64
const frameBytesMax = 256
const chunkBytesMax = 64 * 1024
const openMsMax = 10_000

const questionSchema = z.object({ to: z.string().check(z.maxLength(64)) })
const answerSchema = z.object({ refusal: z.optional(z.string().check(z.maxLength(256))) })

/** What is at this end of a connection over another host. */
export interface RelayedEnd {
  readonly stream: PeerStream
  /** What the other end says; the stream itself is read already. */
  readonly reader: StreamReader
}

/**
 * Passes on what two peers say to each other, when one asks for it. `isDirect` says whether a peer is connected to this
 * host directly.
 */
export function serveRelay(transport: Transport, isDirect: (peer: PeerId) => boolean): void {
  const openByPeer = new Map<PeerId, number>()
  let openCount = 0
  const count = (peers: readonly PeerId[], change: 1 | -1): void => {
    openCount += change
    for (const peer of peers) openByPeer.set(peer, (openByPeer.get(peer) ?? 0) + change)
    for (const peer of peers) if (openByPeer.get(peer) === 0) openByPeer.delete(peer)
  }
  const refusalOf = (from: PeerId, to: PeerId): string | undefined => {
    if (to === from || to === transport.self) return 'that is one of the two'
    // A longer way would make ever more copies of what is sent.
    if (![from, to].every((peer) => transport.peers().some(({ id }) => id === peer) && isDirect(peer)))
      return 'this host does not reach it itself'
    const isFull = [from, to].some((peer) => (openByPeer.get(peer) ?? 0) >= perPeerMax)
    return isFull || openCount >= allMax ? 'this host has enough of such connections' : undefined
  }
  transport.handle(relayProtocol, async (asking) => {
    const reader = new StreamReader(asking.incoming)
    const to = questionSchema.parse(await readFrame(reader)).to as PeerId
    const refusal = refusalOf(asking.peer, to)
    if (refusal !== undefined) return writeFrame(asking, encode({ refusal }))
    const both = [asking.peer, to]
    count(both, 1)
    try {
      const other = await transport.openStream(to, relayedProtocol, { signal: AbortSignal.timeout(openMsMax) })
      await writeFrame(asking, encode({}))
      await passOn({ stream: asking, reader }, { stream: other, reader: new StreamReader(other.incoming) })
    } finally {
      count(both, -1)
    }
  })
}

/** Asks `via` for a connection with `peer`. Rejects when it refuses. */
export async function openRelayed(
  transport: Transport,
  { via, peer }: RelayedAddress,
  signal: AbortSignal,
): Promise<RelayedEnd> {
  const question = frameOf(encode({ to: peer }))
  const stream = await transport.openStream(via, relayProtocol, { signal, first: question })
  const onAbort = (): void => stream.abort(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const reader = new StreamReader(stream.incoming)
    const { refusal } = answerSchema.parse(await readFrame(reader))
    if (refusal !== undefined) throw new Error(`not passed on: ${refusal}`)
    return { stream, reader }
  } catch (error) {
    stream.abort(error as Error)
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Answers connections that come over another host; `answer` resolves when the connection is over. */
export function answerRelayed(transport: Transport, answer: (end: RelayedEnd) => Promise<void>): void {
  let open = 0
  transport.handle(relayedProtocol, async (stream) => {
    if (open >= answeredMax) throw new Error('too many connections over others')
    open += 1
    try {
      await answer({ stream, reader: new StreamReader(stream.incoming) })
    } finally {
      open -= 1
    }
  })
}

async function passOn(one: RelayedEnd, other: RelayedEnd): Promise<void> {
  try {
    await Promise.all([pass(one.reader, other.stream), pass(other.reader, one.stream)])
  } catch (error) {
    for (const { stream } of [one, other]) stream.abort(error as Error)
    throw error
  }
}

async function pass(from: StreamReader, to: PeerStream): Promise<void> {
  for (let bytes = await from.some(chunkBytesMax); bytes !== undefined; bytes = await from.some(chunkBytesMax))
    await to.write(bytes)
  await to.closeWrite()
}

async function readFrame(reader: StreamReader): Promise<unknown> {
  return JSON.parse(Buffer.from((await reader.frame(frameBytesMax)) ?? []).toString('utf8'))
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}
