/**
 * Fetches one blob from all peers that have some of it, several at once, piece by verified piece. A peer that sends a
 * wrong piece is not asked again; one that stalls or breaks rests while others get its pieces; one that fetches the
 * same blob is asked before others.
 */
import { type Cancel, PieceMemory } from '../../base/index.ts'
import type { PeerId } from '../../mesh/index.ts'
import type { LanePeer } from '../../transfer/index.ts'
import { BlobPeers } from './blob-peers.ts'
import { isDone, type PlanState } from './blob-plan.ts'
import { BlobSession } from './blob-session.ts'
import { chooseRun } from './choose-run.ts'
import { Elsewhere } from './elsewhere.ts'
import type { FetchOptions } from './fetch-options.ts'
import { Patience } from './patience.ts'
import { PiecesHere } from './pieces-here.ts'
import { beginRun, type RunUnderWay } from './run-under-way.ts'

/** How many ranges are under way at once, from all peers: each holds its bytes in memory until they are verified. */
const underWayMax = 8
/** How often candidates and patience are checked when nothing else happens. */
const lookMs = 250

/**
 * Fetches what is missing, and completes the sink. BLOB_MISSING if nobody gives the rest, BLOB_MISMATCH if the whole is
 * wrong, the signal's reason if it is aborted, and the failures of the sink.
 */
export async function fetchBlob(options: FetchOptions): Promise<void> {
  options.signal?.throwIfAborted()
  const fetch = new BlobFetch(options)
  const onAbort = (): void => fetch.end(options.signal?.reason)
  options.signal?.addEventListener('abort', onAbort, { once: true })
  const cancelAsked = options.onAsked?.((peer) => fetch.asked(peer))
  try {
    await fetch.run()
  } finally {
    cancelAsked?.()
    options.signal?.removeEventListener('abort', onAbort)
  }
  await options.sink.finish()
}

class BlobFetch {
  readonly #options: FetchOptions
  readonly #peers: BlobPeers
  readonly #memory = new PieceMemory()
  readonly #underWay = new Set<RunUnderWay>()
  readonly #done: Promise<void>
  #settle: (failure: unknown) => void = () => undefined
  #ended = false
  readonly #patience: Patience
  #lastPieceMs: number
  readonly #here: PiecesHere
  readonly #elsewhere: Elsewhere | undefined
  #cancelLook: Cancel = () => undefined

  constructor(options: FetchOptions) {
    this.#options = options
    this.#peers = new BlobPeers(options.clock, options.candidates)
    this.#patience = new Patience(options.clock, options.missingMs)
    this.#lastPieceMs = options.clock.monotonicMs()
    this.#here = new PiecesHere(options.sink)
    const { clock, findHolders } = options
    this.#elsewhere = findHolders && new Elsewhere(clock, findHolders, (holders) => this.#peers.found(holders))
    this.#done = new Promise((resolve, reject) => {
      this.#settle = (failure) => (failure === undefined ? resolve() : reject(failure))
    })
  }

  async run(): Promise<void> {
    this.#look()
    try {
      await this.#done
    } finally {
      this.#cancelLook()
      // Nothing may touch the sink after this.
      await Promise.allSettled([...this.#underWay].map(({ over }) => over))
    }
  }

  /** Ends the fetch; successfully if there is no failure. */
  end(failure?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    for (const run of this.#underWay) run.abort()
    for (const session of this.#peers.sessions()) session.end()
    this.#settle(failure)
  }

  /** A peer fetches the blob, too: what it has is asked now rather than when its turn comes. */
  asked(peer: PeerId): void {
    if (this.#peers.mayHaveMore(peer)) this.#step()
  }

  #look(): void {
    const { clock, transport } = this.#options
    this.#step()
    if (this.#ended) return
    this.#elsewhere?.look(this.#patience.lastByteMs)
    const outage = transport.outage?.()
    if (this.#patience.isOver(outage !== undefined)) this.end(this.#here.missing(outage))
    else this.#cancelLook = clock.after(lookMs, () => this.#look())
  }

  #step(): void {
    if (this.#here.isAll) this.end()
    if (this.#ended) return
    this.#peers.fill((asked) => this.#session(asked))
    if (!this.#options.sink.hashesKnown()) return
    const sessions = this.#peers.sessions()
    for (let begun = true; begun; ) {
      begun = false
      for (const session of sessions) if (this.#begin(session)) begun = true
    }
  }

  #session(asked: LanePeer): BlobSession {
    const { transport, clock, ref } = this.#options
    return new BlobSession({ transport, clock, ref, memory: this.#memory }, asked, {
      wantsHashes: () => !this.#options.sink.hashesKnown(),
      onHashes: (from, hashes) => this.#takeHashes(from, hashes),
      onChange: () => this.#step(),
      onEnd: (session, error) => {
        this.#peers.rest(session, error)
        this.#step()
      },
    })
  }

  /** Whether the session has begun another run. */
  #begin(session: BlobSession): boolean {
    if (!session.hasRoom || this.#underWay.size >= underWayMax) return false
    const { clock, random } = this.#options
    const run = chooseRun(this.#planState(), session, random, {
      nowMs: clock.monotonicMs(),
      lastPieceMs: this.#lastPieceMs,
    })
    if (run === undefined) return false
    const underWay = beginRun(session, run, clock, {
      onPiece: (index, bytes) => this.#takePiece(session, index, bytes),
      onBytes: () => this.#patience.came(),
    })
    this.#underWay.add(underWay)
    void underWay.over.finally(() => {
      this.#underWay.delete(underWay)
      this.#step()
    })
    return true
  }

  #planState(): PlanState {
    const { sink, transport } = this.#options
    return {
      self: transport.self,
      pieceCount: sink.pieceCount,
      has: (index) => sink.has(index),
      peers: this.#peers.sessions(),
      underWay: [...this.#underWay],
      isSwarm: this.#peers.isSwarm(),
      wantedPiece: this.#options.wantedPiece?.(),
    }
  }

  async #takeHashes(session: BlobSession, hashes: Uint8Array): Promise<void> {
    try {
      const kept = this.#options.sink.putHashes(hashes)
      // Pieces are asked for while the list is being written.
      this.#step()
      // Holes are known by their hashes.
      if (await kept) this.#here.look()
      else this.#ban(session)
    } catch (error) {
      this.end(error)
    }
  }

  async #takePiece(session: BlobSession, index: number, bytes: Uint8Array): Promise<void> {
    if (this.#ended) return
    const { sink, onProgress } = this.#options
    try {
      if (!(await sink.putPiece(index, bytes))) return this.#ban(session)
    } catch (error) {
      // Ours, a full disk for example: no other peer would help.
      return this.end(error)
    }
    this.#patience.came()
    this.#lastPieceMs = this.#options.clock.monotonicMs()
    // In the endgame a piece comes twice.
    if (this.#ended || !this.#here.note(index)) return
    onProgress?.(this.#here.count, sink.pieceCount)
    for (const run of this.#underWay) if (run.peer !== session && isDone(sink, run)) run.abort()
    if (this.#here.isAll) this.end()
  }

  #ban(session: BlobSession): void {
    if (this.#peers.ban(session)) this.#options.onBadPeer?.(session.peer)
  }
}
