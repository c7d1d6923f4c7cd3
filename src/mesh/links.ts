/**
 * Which peers are reachable, and over what. A link is two connections that one of two hosts has opened to the other: one
 * on which it asks, one on which it answers. A peer is up while there is a whole link with it.
 *
 * Two hosts that dial each other at once have two links for a moment. Of these the one that the host with the smaller id
 * dialed stays, and of two that the same host dialed the newer; one that goes straight to the peer is better than one over
 * another host. Whoever dialed the other lets it end in peace, once the
 * one that stays has answered.
 */
import type { Cancel, Clock } from '../base/index.ts'
import type { PeerEvent, PeerId } from './transport.ts'

/** What a connection has to do with its link. */
export interface LinkEnd {
  readonly peer: PeerId
  /** Whether this host opened it. */
  readonly dialed: boolean
  /** Whether this host asks on it, and the other answers. */
  readonly asks: boolean
  /** Whether it goes over another host. */
  readonly isRelayed: boolean
  readonly isRetired: boolean
  readonly isOpen: boolean
  readonly closed: Promise<void>
  ping(limitMs: number): Promise<boolean>
  retire(): void
  close(reason: Error): void
}

/** How long a link may lack its second connection. */
const incompleteMsMax = 15_000
/** How soon the link that stays must answer before the other one is retired. */
const answerMsMax = 2_000
/** A peer has no use for more, and a member must not fill this host with links. */
const linksPerPeerMax = 4

interface Link<End extends LinkEnd> {
  readonly id: string
  readonly peer: PeerId
  readonly dialed: boolean
  readonly isRelayed: boolean
  asks: End | undefined
  answers: End | undefined
}

export class Links<End extends LinkEnd> {
  readonly #self: PeerId
  readonly #clock: Clock
  readonly #tell: (event: PeerEvent) => void
  /** In the order in which they began. */
  readonly #links: Link<End>[] = []
  readonly #up = new Set<PeerId>()

  constructor(self: PeerId, clock: Clock, tell: (event: PeerEvent) => void) {
    this.#self = self
    this.#clock = clock
    this.#tell = tell
  }

  /** Takes in an admitted connection. False, and the connection is closed, if its link has no place for it. */
  add(end: End, linkId: string): boolean {
    const link = this.#links.find(({ id, peer }) => id === linkId && peer === end.peer) ?? this.#begin(end, linkId)
    const role = end.asks ? 'asks' : 'answers'
    if (link === undefined || link[role] !== undefined || link.dialed !== end.dialed || !end.isOpen) {
      end.close(new Error('there is such a connection already'))
      return false
    }
    link[role] = end
    void end.closed.then(() => this.#lost(link, end))
    if (isWhole(link)) this.#completed(link)
    return true
  }

  /**
   * The connection on which to ask a peer: of the newest among the best links, because an older one may be dead without
   * this side having noticed.
   */
  toAsk(peer: PeerId): End | undefined {
    return this.#whole(peer).at(-1)?.asks
  }

  /** A connection of the best link with a peer, complete or not. */
  best(peer: PeerId): End | undefined {
    const ends = this.with(peer)
    return ends.findLast(({ isRelayed }) => !isRelayed) ?? ends.at(-1)
  }

  peers(): readonly PeerId[] {
    return [...this.#up]
  }

  /** Every connection with a peer. */
  with(peer: PeerId): readonly End[] {
    return this.#links.filter((link) => link.peer === peer).flatMap(endsOf)
  }

  all(): readonly End[] {
    return this.#links.flatMap(endsOf)
  }

  #begin(end: End, id: string): Link<End> | undefined {
    if (this.#links.filter(({ peer }) => peer === end.peer).length >= linksPerPeerMax) return undefined
    const { peer, dialed, isRelayed } = end
    const link: Link<End> = { id, peer, dialed, isRelayed, asks: undefined, answers: undefined }
    this.#links.push(link)
    const cancel: Cancel = this.#clock.after(incompleteMsMax, () => {
      if (!isWhole(link)) for (const one of endsOf(link)) one.close(new Error('half a link'))
    })
    void end.closed.then(cancel)
    return link
  }

  #completed(link: Link<End>): void {
    // The newest whole one stands last.
    this.#links.splice(this.#links.indexOf(link), 1)
    this.#links.push(link)
    if (this.#up.has(link.peer)) {
      void this.#settle(link.peer)
      return
    }
    this.#up.add(link.peer)
    this.#tell({ type: 'up', peer: link.peer })
  }

  #lost(link: Link<End>, end: End): void {
    const role = end.asks ? 'asks' : 'answers'
    link[role] = undefined
    const others = endsOf(link)
    for (const one of others) {
      if (one.isRetired) continue
      // Of a link that was let go the other half comes to its own end, also where the word of that is still on its way.
      if (end.isRetired) one.retire()
      else one.close(new Error('the other half of the link is lost'))
    }
    if (others.length === 0) {
      const at = this.#links.indexOf(link)
      if (at >= 0) this.#links.splice(at, 1)
    }
    if (!this.#up.has(link.peer) || this.#links.some((one) => one.peer === link.peer && isWhole(one))) return
    this.#up.delete(link.peer)
    this.#tell({ type: 'down', peer: link.peer })
  }

  /** Retires the surplus link that this host has dialed. */
  async #settle(peer: PeerId): Promise<void> {
    const whole = this.#whole(peer)
    const staysDialed = this.#self < peer
    const best = whole.some(({ isRelayed }) => !isRelayed) ? whole.filter(({ isRelayed }) => !isRelayed) : whole
    const stays = best.findLast(({ dialed }) => dialed === staysDialed) ?? best.at(-1)
    const surplus = whole.filter((link) => link !== stays && link.dialed)
    if (surplus.length === 0 || !(await stays?.asks?.ping(answerMsMax))) return
    for (const link of surplus) for (const end of endsOf(link)) end.retire()
  }

  /** The complete links with a peer, the best one last. */
  #whole(peer: PeerId): readonly Link<End>[] {
    const whole = this.#links.filter((link) => link.peer === peer && isWhole(link) && !endsOf(link).some(isGoing))
    return whole.toSorted((a, b) => Number(b.isRelayed) - Number(a.isRelayed))
  }
}

function isWhole<End extends LinkEnd>(link: Link<End>): boolean {
  return link.asks !== undefined && link.answers !== undefined
}

function endsOf<End extends LinkEnd>({ asks, answers }: Link<End>): readonly End[] {
  return [asks, answers].filter((end) => end !== undefined)
}

function isGoing(end: LinkEnd): boolean {
  return end.isRetired || !end.isOpen
}
