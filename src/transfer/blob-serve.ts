/** Serves this host's blobs, whole and partial, to peers. */
import { type BlobSource, type Cancel, type Clock, PieceMemory } from '../base/index.ts'
import { type PeerId, type PeerStream, StreamReader, type Transport } from '../mesh/index.ts'
import {
  type BlobRequest,
  blobProtocol,
  blobRequestBytes,
  decodeRequest,
  encodeAnswerHead,
  encodeBits,
} from './blob-protocol.ts'
import { Slots } from './blob-slots.ts'
import { serveFilesTogether } from './files-together-serve.ts'
import { pack } from './packing.ts'
import { PeerWriter } from './peer-writer.ts'
import { openRange, type RangeParts } from './range-parts.ts'

/** How long the memory that ranges were sent from is kept for the next one. */
const memoryKeptMs = 1_000

export interface BlobLimits {
  /** Streams of one peer: two ranges and a question of each of a few blobs. */
  readonly streamsPerPeerMax: number
  /** How many ranges are read and sent to one peer at once; more wait for their turn. */
  readonly rangesPerPeerMax: number
  /** The same for all peers: each holds a piece in memory. */
  readonly rangesMax: number
}

export const blobLimits: BlobLimits = { streamsPerPeerMax: 24, rangesPerPeerMax: 4, rangesMax: 16 }

export interface BlobServeOptions {
  readonly limits?: BlobLimits
  /** Hears of each peer that asks what is here of a blob. */
  readonly onAsked?: (id: string, peer: PeerId) => void
}

/** Answers every peer's questions about the blobs of `source`. */
export function serveBlobs(
  transport: Pick<Transport, 'handle'>,
  source: BlobSource,
  clock: Clock,
  { limits = blobLimits, onAsked = () => undefined }: BlobServeOptions = {},
): void {
  const streamCountByPeer = new Map<PeerId, number>()
  const slots = new Slots<PeerId>(limits.rangesMax, limits.rangesPerPeerMax)
  const parts = { source, clock, slots, memory: new ServingMemory(clock), onAsked }
  serveFilesTogether(transport, source, clock)
  transport.handle(blobProtocol, async (stream) => {
    const count = streamCountByPeer.get(stream.peer) ?? 0
    if (count >= limits.streamsPerPeerMax) throw new Error(`${stream.peer} has ${count} blob streams open`)
    streamCountByPeer.set(stream.peer, count + 1)
    try {
      await new BlobServer(stream, parts).serve()
    } finally {
      const left = (streamCountByPeer.get(stream.peer) ?? 1) - 1
      if (left > 0) streamCountByPeer.set(stream.peer, left)
      else streamCountByPeer.delete(stream.peer)
    }
  })
}

interface ServerParts {
  readonly source: BlobSource
  readonly clock: Clock
  readonly slots: Slots<PeerId>
  readonly memory: ServingMemory
  readonly onAsked: (id: string, peer: PeerId) => void
}

class BlobServer {
  readonly #stream: PeerStream
  readonly #reader: StreamReader
  readonly #writer: PeerWriter
  readonly #parts: ServerParts

  constructor(stream: PeerStream, parts: ServerParts) {
    this.#stream = stream
    this.#reader = new StreamReader(stream.incoming)
    this.#writer = new PeerWriter(stream, parts.clock)
    this.#parts = parts
  }

  async serve(): Promise<void> {
    for (;;) {
      const begin = await this.#reader.some(blobRequestBytes)
      if (begin === undefined) return
      const rest = await this.#reader.exactly(blobRequestBytes - begin.length)
      const request = decodeRequest(Buffer.concat([begin, rest]))
      if (request === undefined) throw new Error(`${this.#stream.peer}: not a request of ${blobProtocol}`)
      await this.#answer(request)
    }
  }

  async #answer(request: BlobRequest): Promise<void> {
    switch (request.kind) {
      case 'held':
        this.#parts.onAsked(request.id, this.#stream.peer)
        return this.#small(await this.#heldBits(request.id))
      case 'hashes':
        return this.#small(await this.#parts.source.pieceHashes(request.id))
      case 'range':
        return this.#writer.inTurn(this.#parts.slots, () =>
          this.#parts.memory.use((memory) => this.#parts.memory.use((other) => this.#range(request, [memory, other]))),
        )
    }
  }

  async #heldBits(id: string): Promise<Uint8Array | undefined> {
    const held = await this.#parts.source.held(id)
    if (held === undefined) return undefined
    const indexes = Array.from({ length: held.count }, (_, index) => index)
    return indexes.every((index) => held.has(index))
      ? new Uint8Array()
      : encodeBits(held.count, (index) => held.has(index))
  }

  async #small(bytes: Uint8Array | undefined): Promise<void> {
    await this.#writer.write(encodeAnswerHead(bytes && { length: bytes.length, isPacked: false }))
    if (bytes !== undefined) await this.#writer.write(bytes)
  }

  async #range(request: BlobRequest, memories: readonly [Uint8Array, Uint8Array]): Promise<void> {
    const parts = await openRange(this.#parts.source, request).catch(() => undefined)
    if (parts === undefined) return this.#small(undefined)
    try {
      await this.#send(request, parts, memories)
    } finally {
      await parts.close()
    }
  }

  /** Sends a range from memory that is free again when this resolves: a part from one while the next is read into the other. */
  async #send(
    { position, length }: BlobRequest,
    parts: RangeParts,
    [memory, other]: readonly [Uint8Array, Uint8Array],
  ): Promise<void> {
    const end = position + length
    let bytes = await parts.read(position, memory).catch(() => undefined)
    if (bytes === undefined) return this.#small(undefined)
    for (let at = position, [free, sending] = [other, memory]; ; [free, sending] = [sending, free]) {
      at += bytes.length
      const next = at < end ? parts.read(at, free) : undefined
      // Seen when it is wanted.
      next?.catch(() => undefined)
      const part = pack(bytes)
      await this.#writer.write(encodeAnswerHead({ length: part.bytes.length, isPacked: part.isPacked }))
      await this.#writer.write(part.bytes)
      await this.#writer.sent()
      if (next === undefined) return
      // What fails from here on ends the stream: the rest is promised.
      bytes = await next
    }
  }
}

/** The memory that ranges are sent from, kept while ranges follow each other. */
class ServingMemory {
  readonly #clock: Clock
  readonly #memory = new PieceMemory()
  #inUse = 0
  #cancelClear: Cancel = () => undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Lends memory to `send`, which must be done with it when it resolves. If `send` fails, the memory is dropped. */
  async use(send: (memory: Uint8Array) => Promise<void>): Promise<void> {
    this.#cancelClear()
    this.#inUse += 1
    try {
      const memory = this.#memory.take()
      await send(memory)
      this.#memory.give(memory)
    } finally {
      this.#inUse -= 1
      if (this.#inUse === 0) this.#cancelClear = this.#clock.after(memoryKeptMs, () => this.#memory.clear())
    }
  }
}
