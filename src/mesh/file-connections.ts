/**
 * The connections on which files travel. What carries a file has bytes under way that everything behind them on the same
 * connection waits for, many seconds over a slow line: so files have one of their own, and questions are answered
 * meanwhile. It is dialed when a file is wanted of a connected peer, or of one that is no neighbour and has what no neighbour
 * has, and let go when nothing has travelled for a while.
 */
import { type Cancel, type Clock, within } from '../base/index.ts'
import type { PeerId } from './transport.ts'

/** What a connection for files has to be. */
export interface FileEnd {
  readonly peer: PeerId
  readonly isOpen: boolean
  readonly isRetired: boolean
  /** Whether no stream is open on it. */
  readonly isIdle: boolean
  readonly closed: Promise<void>
  retire(): void
  close(reason: Error): void
}

/** How long a fetch waits for the connection before it uses the link: at 400 ms each way, a dial takes two seconds. */
const waitMsMax = 3_000
/** How long the link is used before the next try, if a peer can't be dialed, as with many behind a firewall. */
const againMs = 60_000
/** The same for a host that is no neighbour: it can't be asked in any other way. */
const elsewhereAgainMs = 5_000
/** A connection on which nothing has travelled for this long is closed: the next file may be a day away. */
const idleMsMax = 10_000
/** Connections of one peer for its files: one, and the one that takes its place. */
const acceptedPerPeerMax = 2
/** Connections with hosts that are no neighbours: dialed at once, and accepted. Who is turned away finds another holder. */
const [dialedElsewhereMax, acceptedElsewhereMax] = [8, 32]

export class FileConnections<End extends FileEnd> {
  readonly #clock: Clock
  readonly #dial: (peer: PeerId, elsewhere: readonly string[] | undefined) => Promise<End>
  /** Dialed ones, including those still being dialed or that have failed. */
  readonly #dialedByPeer = new Map<PeerId, Dialed<End>>()
  readonly #accepted: End[] = []
  /** Those that are no neighbours. */
  readonly #strange = new Set<End>()

  /** `dial` opens an admitted connection to a connected peer, or at other addresses to one that is not connected. */
  constructor(clock: Clock, dial: (peer: PeerId, elsewhere: readonly string[] | undefined) => Promise<End>) {
    this.#clock = clock
    this.#dial = dial
  }

  /**
   * The connection on which to ask a peer for files; undefined if there is none soon, and the link has to do. One that is
   * not connected is dialed at the addresses that it has `elsewhere`.
   */
  async to(peer: PeerId, elsewhere?: readonly string[]): Promise<End | undefined> {
    const known = this.#dialedByPeer.get(peer)
    const isKnown = known !== undefined && this.#isGood(known)
    if (!isKnown && elsewhere && this.#dialedElsewhere() >= dialedElsewhereMax) return undefined
    const dialed = isKnown ? known : this.#begin(peer, elsewhere)
    if (dialed.open === undefined) {
      const leftMs = dialed.beganMs + waitMsMax - this.#clock.monotonicMs()
      if (leftMs <= 0) return undefined
      await within(this.#clock, leftMs, dialed.over, () => undefined)
    }
    dialed.usedMs = this.#clock.monotonicMs()
    return dialed.open
  }

  /** Accepts an admitted connection that a peer, neighbour or not, has dialed to get files from here. */
  accept(end: End, isNeighbour: boolean): void {
    if (!isNeighbour) {
      if (this.#strange.size >= acceptedElsewhereMax) {
        end.close(new Error('enough hosts get files from here'))
        return
      }
      this.#strange.add(end)
      void end.closed.then(() => this.#strange.delete(end))
    }
    const before = this.#accepted.filter(({ peer }) => peer === end.peer)
    if (before.length >= acceptedPerPeerMax) before[0]?.close(new Error('the peer has opened a newer one'))
    this.#accepted.push(end)
    void end.closed.then(() => this.#accepted.splice(this.#accepted.indexOf(end), 1))
  }

  /** Every open connection. */
  all(): readonly End[] {
    return [...[...this.#dialedByPeer.values()].flatMap(({ open }) => open ?? []), ...this.#accepted]
  }

  /** Closes all connections with a peer, and dials it anew when it is next needed. */
  hangUp(peer: PeerId, reason: Error): void {
    for (const end of this.all()) if (end.peer === peer) end.close(reason)
    this.#dialedByPeer.delete(peer)
  }

  #dialedElsewhere(): number {
    const open = [...this.#dialedByPeer.values()].filter(({ failedMs }) => failedMs === undefined)
    return open.filter(({ isElsewhere }) => isElsewhere).length
  }

  /** Whether it is not to be dialed anew yet. */
  #isGood(dialed: Dialed<End>): boolean {
    const { open, failedMs } = dialed
    return failedMs === undefined ? open === undefined || (open.isOpen && !open.isRetired) : this.#rests(dialed)
  }

  #rests({ failedMs, isElsewhere }: Dialed<End>): boolean {
    const restMs = isElsewhere ? elsewhereAgainMs : againMs
    return failedMs !== undefined && this.#clock.monotonicMs() - failedMs < restMs
  }

  #begin(peer: PeerId, elsewhere: readonly string[] | undefined): Dialed<End> {
    const nowMs = this.#clock.monotonicMs()
    // There may be thousands that are dialed once and never again.
    for (const [other, old] of this.#dialedByPeer)
      if (old.failedMs !== undefined && !this.#rests(old)) this.#dialedByPeer.delete(other)
    const dialed: Dialed<End> = {
      beganMs: nowMs,
      usedMs: nowMs,
      isElsewhere: elsewhere !== undefined,
      over: this.#dial(peer, elsewhere).then(
        (end) => this.#opened(peer, dialed, end),
        () => {
          dialed.failedMs = this.#clock.monotonicMs()
        },
      ),
    }
    this.#dialedByPeer.set(peer, dialed)
    return dialed
  }

  #opened(peer: PeerId, dialed: Dialed<End>, end: End): void {
    // The peer may have been lost while it was dialed, or be dialed anew.
    if (this.#dialedByPeer.get(peer) !== dialed) {
      end.close(new Error('nobody waits for it any more'))
      return
    }
    if (end.peer !== peer) {
      end.close(new Error('another host was meant'))
      dialed.failedMs = this.#clock.monotonicMs()
      return
    }
    dialed.open = end
    let cancel: Cancel = () => undefined
    const look = (): void => {
      const quietMs = this.#clock.monotonicMs() - dialed.usedMs
      if (end.isIdle && quietMs >= idleMsMax) end.retire()
      else cancel = this.#clock.after(end.isIdle ? idleMsMax - quietMs : idleMsMax, look)
    }
    look()
    void end.closed.then(() => {
      cancel()
      if (this.#dialedByPeer.get(end.peer) === dialed) this.#dialedByPeer.delete(end.peer)
    })
  }
}

interface Dialed<End> {
  readonly beganMs: number
  /** Whether the peer is no neighbour. */
  readonly isElsewhere: boolean
  /** Resolves when it is open, or could not be dialed. */
  readonly over: Promise<void>
  open?: End
  failedMs?: number
  /** When it was last used. */
  usedMs: number
}
