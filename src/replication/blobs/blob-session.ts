/** One peer during the fetch of one blob: what it has, asked again while that changes, and its lanes for ranges. */
import type { Cancel, Clock } from '../../base/index.ts'
import type { PeerId } from '../../mesh/index.ts'
import type { Holdings, LaneParts, LanePeer, PieceRun } from '../../transfer/index.ts'
import { BlobLane } from '../../transfer/index.ts'
import type { PlanPeer } from './blob-plan.ts'

/** How many ranges one peer is asked for at once: one is on the way while the next is asked for. */
const lanesMax = 2
/** How soon a peer that fetches the blob itself is asked what it has got meanwhile: later each time that it was nothing. */
const refreshMsMin = 40
const refreshMsMax = 320
const nothing: Holdings = { whole: false, bits: new Uint8Array(), has: () => false }

/** What a session tells the fetch that it belongs to. */
export interface SessionEvents {
  /** Whether the piece list is wanted. */
  wantsHashes(): boolean
  onHashes(session: BlobSession, hashes: Uint8Array): Promise<void>
  /** Something has changed, so that work may begin. */
  onChange(): void
  /** The peer has nothing, or was lost; it is not asked any more. */
  onEnd(session: BlobSession, error: unknown): void
}

export class BlobSession implements PlanPeer {
  readonly peer: PeerId
  held = nothing
  isFetcher = false
  idleSinceMs: number
  /** How long it took for a piece of the last run; without one it is not known to be faster than anybody. */
  pieceMs = Number.POSITIVE_INFINITY
  readonly #asked: LanePeer
  readonly #parts: LaneParts
  readonly #clock: Clock
  readonly #events: SessionEvents
  readonly #questions: BlobLane
  readonly #free: BlobLane[] = []
  readonly #busy = new Set<BlobLane>()
  #ended = false
  #refreshMs = refreshMsMin
  #sparedSinceMs: number | undefined
  #wake: () => void = () => undefined

  constructor(parts: LaneParts, asked: LanePeer, events: SessionEvents) {
    this.peer = asked.peer
    this.#asked = asked
    this.#parts = parts
    this.#clock = parts.clock
    this.#events = events
    this.idleSinceMs = parts.clock.monotonicMs()
    this.#questions = new BlobLane(parts, asked, false)
  }

  /** Asks what the peer has, again and again while it may get more. */
  async run(): Promise<void> {
    try {
      while (!this.#ended && (await this.#refresh())) await this.#pause()
      this.end()
    } catch (error) {
      this.end(error)
    }
  }

  /** Whether another range can be asked for. */
  get hasRoom(): boolean {
    return !this.#ended && this.#busy.size < lanesMax
  }

  get isIdle(): boolean {
    return this.#busy.size === 0
  }

  /** For how long there has been nothing to ask it for, in milliseconds; 0 when there is something now. */
  sparedForMs(isSpared: boolean): number {
    const nowMs = this.#clock.monotonicMs()
    this.#sparedSinceMs = isSpared ? (this.#sparedSinceMs ?? nowMs) : undefined
    return nowMs - (this.#sparedSinceMs ?? nowMs)
  }

  /**
   * Asks for a run; resolves when it is over, successful or not. A failure ends the session, an abort only this run.
   */
  async fetch(
    run: PieceRun,
    take: (index: number, bytes: Uint8Array) => Promise<void>,
    asked: AskedRun,
  ): Promise<void> {
    const lane = this.#free.pop() ?? new BlobLane(this.#parts, this.#asked, true)
    this.#busy.add(lane)
    asked.abort = (reason) => lane.close(reason)
    const beganMs = this.#clock.monotonicMs()
    try {
      const there = await lane.range(run, take, asked.onBytes)
      if (lane.isOpen) this.#free.push(lane)
      if (there) this.pieceMs = (this.#clock.monotonicMs() - beganMs) / run.count
      // It has lost what it had: look again before asking for more.
      else this.held = nothing
    } catch (error) {
      if (!asked.isAborted()) this.end(error)
    } finally {
      this.#busy.delete(lane)
      if (this.isIdle) {
        this.idleSinceMs = this.#clock.monotonicMs()
        this.#wake()
      }
    }
  }

  /** Lets the peer go: in order if there is no error, at once if there is one. */
  end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    const reason = error instanceof Error ? error : new Error('nothing more is fetched from this peer')
    for (const lane of [this.#questions, ...this.#free, ...this.#busy]) {
      if (error === undefined) lane.close(reason)
      else lane.abort(reason)
    }
    this.#wake()
    this.#events.onEnd(this, error)
  }

  /** False if the peer has nothing. */
  async #refresh(): Promise<boolean> {
    const held = await this.#questions.held()
    if (held === undefined || this.#ended) return false
    const isSame = Buffer.compare(held.bits, this.held.bits) === 0
    this.#refreshMs = isSame ? Math.min(refreshMsMax, 2 * this.#refreshMs) : refreshMsMin
    this.held = held
    if (!held.whole) this.isFetcher = true
    if (this.#events.wantsHashes()) {
      const hashes = await this.#questions.hashes()
      if (hashes !== undefined) await this.#events.onHashes(this, hashes)
    }
    this.#events.onChange()
    return !this.#ended
  }

  /**
   * Waits until it is worth asking again: for a moment, or until the next range; if the peer has everything, only until
   * the next range.
   */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      let cancel: Cancel = () => undefined
      this.#wake = () => {
        if (this.held.whole && !this.#ended && !this.#events.wantsHashes()) return
        cancel()
        this.#wake = () => undefined
        resolve()
      }
      if (!this.held.whole || this.#events.wantsHashes()) cancel = this.#clock.after(this.#refreshMs, this.#wake)
    })
  }
}

/** A run under way, as the session and the fetch share it. */
export interface AskedRun {
  readonly onBytes: () => void
  /** Whether the fetch ended it because nobody needs it any more. */
  readonly isAborted: () => boolean
  abort: (reason: Error) => void
}
