/**
 * Which peers hang, as a stopped process does: connected, but answering nothing. A question is not given up only
 * because it is unanswered, since the answer may take long. But a host that answers questions also answers pings, as
 * fast as the line is. If it does not, and sends nothing else either, nobody waits for it until something is heard from
 * it.
 */
import type { Cancel, Clock } from '../base/index.ts'
import type { PeerId, PeerLiveness } from './transport.ts'

/** What a transport knows of its connections with a peer. */
export interface Contact {
  /** How many bytes have come from the peer; another number means that something was heard. */
  heardBytes(peer: PeerId): number
  /** How long the peer's answer to a ping has taken lately; undefined before the first one. */
  roundTripMs(peer: PeerId): number | undefined
  /** Asks the peer for a sign of life, which then shows in heardBytes(). `onAnswer` hears each answer, however late. */
  ping(peer: PeerId, onAnswer: () => void): void
}

/** How long a question may be unanswered, at least and at most, before its host is pinged. */
const quietMsMin = 150
const quietMsMax = 1_000
/** How long the answer to a ping may take, at least and at most; both waits together are well below a second on a fast line. */
const pingMsMin = 500
const pingMsMax = 2_500
/** An answer may be lost on the way and sent again, and either host may be busy at the moment. */
const roundTripsPerPing = 8
/** Assumed until it has been measured. */
const roundTripMsDefault = 300
/** A ping is waited for in steps, so that time in which this host itself stood still counts little. */
const steps = 5

export class Liveness implements PeerLiveness {
  readonly contact: Contact
  readonly #clock: Clock
  /** Peers that hang, with what was heard from them before. */
  readonly #heardBytesByHanging = new Map<PeerId, number>()
  readonly #backListeners = new Set<(peer: PeerId) => void>()
  readonly #pingByPeer = new Map<PeerId, Promise<boolean>>()

  constructor(clock: Clock, contact: Contact) {
    this.#clock = clock
    this.contact = contact
  }

  hangs(peer: PeerId): boolean {
    const heardBytes = this.#heardBytesByHanging.get(peer)
    if (heardBytes === undefined) return false
    if (heardBytes === this.contact.heardBytes(peer)) return true
    this.#heardBytesByHanging.delete(peer)
    return false
  }

  heardBytes(peer: PeerId): number {
    return this.contact.heardBytes(peer)
  }

  unlessQuiet<T>(peer: PeerId, answer: Promise<T>): Promise<T> {
    const heardBytes = this.contact.heardBytes(peer)
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(this.#quietMs(peer), () => {
        if (this.contact.heardBytes(peer) === heardBytes) reject(new Error(`${peer} says nothing`))
      })
      void answer.then(resolve, reject).finally(cancel)
    })
  }

  watch(peer: PeerId, onHang: () => void): Cancel {
    let isOver = false
    let cancel: Cancel = () => undefined
    const look = (afterMs: number): void => {
      const heardBytes = this.contact.heardBytes(peer)
      cancel = this.#clock.after(afterMs, () => void judge(afterMs, heardBytes))
    }
    const judge = async (afterMs: number, heardBytes: number): Promise<void> => {
      const isAlive = this.contact.heardBytes(peer) !== heardBytes || (await this.#answersPing(peer))
      if (isOver) return
      if (isAlive) look(Math.min(2 * afterMs, quietMsMax))
      else onHang()
    }
    if (this.hangs(peer)) onHang()
    else look(this.#quietMs(peer))
    return () => {
      isOver = true
      cancel()
    }
  }

  onBack(listener: (peer: PeerId) => void): Cancel {
    this.#backListeners.add(listener)
    return () => this.#backListeners.delete(listener)
  }

  /** The peer is connected no longer. */
  forget(peer: PeerId): void {
    this.#heardBytesByHanging.delete(peer)
  }

  #answersPing(peer: PeerId): Promise<boolean> {
    const pinging = this.#pingByPeer.get(peer) ?? this.#ping(peer)
    this.#pingByPeer.set(peer, pinging)
    return pinging
  }

  async #ping(peer: PeerId): Promise<boolean> {
    const heardBytes = this.contact.heardBytes(peer)
    const limitMs = between(pingMsMin, roundTripsPerPing * this.#roundTripMs(peer), pingMsMax)
    let hangs = false
    this.contact.ping(peer, () => {
      if (hangs) for (const listener of [...this.#backListeners]) listener(peer)
      hangs = false
    })
    const isHeard = (): boolean => this.contact.heardBytes(peer) !== heardBytes
    for (let step = 0; step < steps && !isHeard(); step += 1) {
      await new Promise<void>((resolve) => this.#clock.after(limitMs / steps, resolve))
    }
    this.#pingByPeer.delete(peer)
    hangs = !isHeard()
    if (hangs) this.#heardBytesByHanging.set(peer, heardBytes)
    return !hangs
  }

  #quietMs(peer: PeerId): number {
    return between(quietMsMin, 2 * this.#roundTripMs(peer), quietMsMax)
  }

  #roundTripMs(peer: PeerId): number {
    return this.contact.roundTripMs(peer) ?? roundTripMsDefault
  }
}

function between(least: number, value: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}
