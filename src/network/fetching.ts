/** Fetches files for the daemon in the network process: asks the peers, takes their answers apart, and hands the bytes on. */
import { type Clock, PieceMemory, pieceBytes } from '../base/index.ts'
import type { MappedMemory } from '../machine/index.ts'
import { type FileTransport, StreamReader } from '../mesh/index.ts'
import { askForFiles, BlobLane, blobRequestBytes, decodeRequest, type LaneQuestion } from '../transfer/index.ts'
import type { ChannelStream } from './channel-stream.ts'
import { coming, empty, here, lent, missing } from './fetched.ts'
import type { ToNetwork } from './messages.ts'

/** How soon the daemon is told that more of a piece has come: it gives one up of which it hears nothing. */
const comingMs = 500

export type Wanted = ToNetwork & { readonly type: 'fetch lane' | 'fetch files' }

interface FetchingDeps {
  readonly transport: FileTransport
  readonly clock: Clock
  /** The memory that was lent for the lane on a stream. */
  readonly lent: (stream: number) => MappedMemory | undefined
}

export class Fetching {
  readonly #deps: FetchingDeps
  /** In which pieces arrive, kept while any lane is open. */
  readonly #memory = new PieceMemory()
  #lanes = 0

  constructor(deps: FetchingDeps) {
    this.#deps = deps
  }

  /** Answers what the daemon wants on a stream, until it ends that. */
  async serve(stream: ChannelStream, wanted: Wanted): Promise<void> {
    if (wanted.type === 'fetch files') return this.#files(stream, wanted)
    this.#lanes += 1
    try {
      await this.#lane(stream, wanted)
    } finally {
      this.#lanes -= 1
      if (this.#lanes === 0) this.#memory.clear()
    }
  }

  async #lane(stream: ChannelStream, wanted: Wanted & { readonly type: 'fetch lane' }): Promise<void> {
    const parts = { ...this.#deps, ref: wanted, memory: this.#memory }
    const lane = new BlobLane(parts, wanted, wanted.isForPieces)
    stream.aborted.addEventListener('abort', () => lane.abort(stream.aborted.reason as Error), { once: true })
    const reader = new StreamReader(stream.incoming)
    const memory = wanted.isLent ? this.#deps.lent(stream.id) : undefined
    const out = new Answers(stream, this.#deps.clock, memory && { memory, reader })
    try {
      for (let begin = await reader.some(blobRequestBytes); begin !== undefined; ) {
        const rest = await reader.exactly(blobRequestBytes - begin.length)
        await answer(lane, decodeRequest(Buffer.concat([begin, rest])) as LaneQuestion, out)
        begin = await reader.some(blobRequestBytes)
      }
    } finally {
      lane.close(new Error('the daemon asks no more'))
      memory?.close()
    }
  }

  async #files(stream: ChannelStream, wanted: Wanted & { readonly type: 'fetch files' }): Promise<void> {
    const out = new Answers(stream, this.#deps.clock)
    const { transport, clock } = this.#deps
    const coming = (): void => out.coming()
    for await (const content of askForFiles(transport, clock, wanted, wanted.files, coming)) await out.some(content)
  }
}

async function answer(lane: BlobLane, { kind, position, length }: LaneQuestion, out: Answers): Promise<void> {
  if (kind === 'held') {
    const held = await lane.held()
    return held?.whole ? out.word(empty) : out.some(held?.bits)
  }
  if (kind === 'hashes') return out.some(await lane.hashes())
  const run = { first: position / pieceBytes, count: Math.ceil(length / pieceBytes) }
  const isThere = await lane.range(
    run,
    (_, bytes) => out.piece(bytes),
    () => out.coming(),
  )
  await (isThere ? out.taken() : out.word(missing))
}

interface Lent {
  readonly memory: MappedMemory
  readonly reader: StreamReader
}

/** What goes to the daemon on one stream, one after the other. */
class Answers {
  readonly #stream: ChannelStream
  readonly #clock: Clock
  #last = Promise.resolve()
  #saidMs: number
  /** What of the daemon's memory there is, and where that says that it has read it. */
  readonly #lent: Lent | undefined
  #isUnread = false

  constructor(stream: ChannelStream, clock: Clock, lentMemory?: Lent) {
    this.#stream = stream
    this.#lent = lentMemory
    this.#clock = clock
    this.#saidMs = clock.monotonicMs()
  }

  word(word: number): Promise<void> {
    return this.#after(() => this.#stream.write(Uint8Array.of(word)))
  }

  /** Resolves when the bytes have left this process. */
  some(bytes: Uint8Array | undefined): Promise<void> {
    if (bytes === undefined) return this.word(missing)
    return this.#after(async () => {
      await this.#stream.write(Uint8Array.of(here))
      await this.#stream.write(bytes)
      await this.#stream.sent()
    })
  }

  /** The same for a piece, which goes into the memory that was lent. */
  piece(bytes: Uint8Array): Promise<void> {
    const { memory } = this.#lent ?? {}
    if (memory === undefined) return this.some(bytes)
    return this.#after(async () => {
      await this.#untilRead()
      memory.put(bytes)
      this.#isUnread = true
      await this.#stream.write(Uint8Array.of(lent))
    })
  }

  /** Resolves when the daemon has read what is in the memory. */
  taken(): Promise<void> {
    return this.#after(() => this.#untilRead())
  }

  /** Some of a piece has come. */
  coming(): void {
    if (this.#clock.monotonicMs() - this.#saidMs >= comingMs) this.word(coming).catch(() => undefined)
  }

  async #untilRead(): Promise<void> {
    if (this.#isUnread) await this.#lent?.reader.exactly(1)
    this.#isUnread = false
  }

  #after(write: () => Promise<void>): Promise<void> {
    this.#saidMs = this.#clock.monotonicMs()
    this.#last = this.#last.then(write)
    this.#last.catch(() => undefined)
    return this.#last
  }
}
