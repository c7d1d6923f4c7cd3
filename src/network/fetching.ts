/** Fetches files for the daemon in the network process: asks the peers, takes their answers apart, and hands the bytes on. */
import { type Clock, PieceMemory, pieceBytes } from '../base/index.ts'
import { StreamReader, type Transport } from '../mesh/index.ts'
import { askForFiles, BlobLane, blobRequestBytes, decodeRequest, type LaneQuestion } from '../transfer/index.ts'
import type { ChannelStream } from './channel-stream.ts'
import { coming, empty, here, missing } from './fetched.ts'
import type { ToNetwork } from './messages.ts'

/** How soon the daemon is told that more of a piece has come: it gives one up of which it hears nothing. */
const comingMs = 500

export type Wanted = ToNetwork & { readonly type: 'fetch lane' | 'fetch files' }

interface FetchingDeps {
  readonly transport: Transport
  readonly clock: Clock
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
    const out = new Answers(stream, this.#deps.clock)
    const reader = new StreamReader(stream.incoming)
    try {
      for (let begin = await reader.some(blobRequestBytes); begin !== undefined; ) {
        const rest = await reader.exactly(blobRequestBytes - begin.length)
        await answer(lane, decodeRequest(Buffer.concat([begin, rest])) as LaneQuestion, out)
        begin = await reader.some(blobRequestBytes)
      }
    } finally {
      lane.close(new Error('the daemon asks no more'))
    }
  }

  async #files(stream: ChannelStream, wanted: Wanted & { readonly type: 'fetch files' }): Promise<void> {
    const out = new Answers(stream, this.#deps.clock)
    const { transport, clock } = this.#deps
    for await (const content of askForFiles(transport, clock, wanted, wanted.files)) await out.some(content)
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
    (_, bytes) => out.some(bytes),
    () => out.coming(),
  )
  if (!isThere) await out.word(missing)
}

/** What goes to the daemon on one stream, one after the other. */
class Answers {
  readonly #stream: ChannelStream
  readonly #clock: Clock
  #last = Promise.resolve()
  #saidMs: number

  constructor(stream: ChannelStream, clock: Clock) {
    this.#stream = stream
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

  /** Some of a piece has come. */
  coming(): void {
    if (this.#clock.monotonicMs() - this.#saidMs >= comingMs) this.word(coming).catch(() => undefined)
  }

  #after(write: () => Promise<void>): Promise<void> {
    this.#saidMs = this.#clock.monotonicMs()
    this.#last = this.#last.then(write)
    this.#last.catch(() => undefined)
    return this.#last
  }
}
