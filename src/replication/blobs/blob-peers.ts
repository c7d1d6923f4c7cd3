/** Which peers are asked for a blob, and which are left alone for a while or for good. */
import type { Clock } from '../../base/index.ts'
import type { PeerId } from '../../mesh/index.ts'
import type { LanePeer } from '../../transfer/index.ts'
import type { BlobSession } from './blob-session.ts'
import type { Holder } from './holders.ts'

/** How many peers are asked at once; more candidates have their turn when one of these has nothing. */
const sessionsMax = 16
/** How long a peer that broke or stalled is left alone. */
const restMs = 3_000
/** How soon a peer that had nothing is asked again: it may have begun to fetch the blob. */
const nothingRestMs = 1_000
/** Peers that are no neighbours and asked at once: each is a connection that is dialed for this. */
const elsewhereMax = 4

export class BlobPeers {
  readonly #clock: Clock
  readonly #candidates: () => readonly PeerId[]
  readonly #sessionByPeer = new Map<PeerId, BlobSession>()
  readonly #restUntilMs = new Map<PeerId, number>()
  /** Those that rest because they had nothing. */
  readonly #hadNothing = new Set<PeerId>()
  readonly #bad = new Set<PeerId>()
  /** Those that may have some and are no neighbours, and those of them that had nothing or could not be dialed. */
  readonly #elsewhere = new Map<PeerId, Holder>()
  readonly #inVain = new Set<PeerId>()

  constructor(clock: Clock, candidates: () => readonly PeerId[]) {
    this.#clock = clock
    this.#candidates = candidates
  }

  /** The peers that are being asked; those that fetch the blob themselves come first. */
  sessions(): readonly BlobSession[] {
    return [...this.#sessionByPeer.values()].sort((a, b) => Number(b.isFetcher) - Number(a.isFetcher))
  }

  /** Opens a session with each candidate whose turn it is. */
  fill(open: (peer: LanePeer) => BlobSession): void {
    const nowMs = this.#clock.monotonicMs()
    const restUntilMs = (peer: PeerId): number => this.#restUntilMs.get(peer) ?? 0
    const waiting = this.#candidates().filter((peer) => {
      return !this.#sessionByPeer.has(peer) && !this.#bad.has(peer) && restUntilMs(peer) <= nowMs
    })
    // Those that were not asked for the longest time first, so that each has its turn.
    waiting.sort((a, b) => restUntilMs(a) - restUntilMs(b))
    const elsewhere = [...this.#elsewhere.values()].filter(
      ({ peer }) => !this.#sessionByPeer.has(peer) && !waiting.includes(peer),
    )
    for (const one of [...waiting.map((peer) => ({ peer })), ...elsewhere].slice(0, this.#room())) {
      const session = open(one)
      this.#sessionByPeer.set(one.peer, session)
      void session.run()
    }
  }

  /** Hosts that may have some and are no neighbours; those that were asked in vain come again only when there is no other. */
  found(holders: readonly Holder[]): void {
    const isNew = ({ peer }: Holder): boolean => !this.#bad.has(peer) && !this.#inVain.has(peer)
    if (!holders.some(isNew)) this.#inVain.clear()
    for (const holder of holders.filter(isNew))
      if (this.#elsewhere.size < elsewhereMax) this.#elsewhere.set(holder.peer, holder)
  }

  /** A session is over; without an error, the peer had nothing. */
  rest(session: BlobSession, error: unknown): void {
    this.#sessionByPeer.delete(session.peer)
    if (this.#elsewhere.delete(session.peer)) this.#inVain.add(session.peer)
    this.#restUntilMs.set(session.peer, this.#clock.monotonicMs() + (error === undefined ? nothingRestMs : restMs))
    if (error === undefined) this.#hadNothing.add(session.peer)
    else this.#hadNothing.delete(session.peer)
  }

  /** A peer may have something now; false when it is asked already, or rests for another reason than that it had nothing. */
  mayHaveMore(peer: PeerId): boolean {
    const rests = this.#restUntilMs.has(peer) && !this.#hadNothing.delete(peer)
    if (rests || this.#sessionByPeer.has(peer)) return false
    this.#restUntilMs.delete(peer)
    return true
  }

  /** Asks a peer no more; false if that was so already, because two of its ranges may be wrong at once. */
  ban(session: BlobSession): boolean {
    if (this.#bad.has(session.peer)) return false
    this.#bad.add(session.peer)
    session.end(new Error(`${session.peer} sent what is not of the blob`))
    return true
  }

  /** Whether others fetch the blob, or may begin to: not every candidate had all of it from the start. */
  isSwarm(): boolean {
    const keepers = this.sessions().filter(({ held, isFetcher }) => held.whole && !isFetcher)
    return this.#candidates().some((candidate) => !keepers.some(({ peer }) => peer === candidate))
  }

  #room(): number {
    return Math.max(0, sessionsMax - this.#sessionByPeer.size)
  }
}
