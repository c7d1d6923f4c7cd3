/** One simulated connection. What is sent one way arrives in order, after the latency. */
import type { Clock } from '../../src/base/index.ts'
import type { PeerId } from '../../src/mesh/transport.ts'
import { SimStream } from './stream.ts'

/** Hears what either side of a stream writes; `isFirst` when it has written nothing before. */
type OnWrite = (by: LinkEnd, bytes: Buffer, isFirst: boolean) => void

/** What a link asks of the network it is part of. */
export interface Wires {
  readonly clock: Clock
  latencyMs(): number
  /** No message takes longer. */
  readonly latencyMsMax: number
  /** Whether nothing passes between the two for now, though nothing is closed. */
  silent(a: string, b: string): boolean
}

/** One side of a connection. */
export interface LinkEnd {
  readonly name: string
  readonly self: PeerId
  /** This side has noticed that the link is gone. */
  lost(link: Link): void
}

export class Link {
  readonly #wires: Wires
  readonly #ends: readonly [LinkEnd, LinkEnd]
  readonly #ways: readonly [Way, Way] = [newWay(), newWay()]
  /** Of each end: whether it has noticed that the link is gone, and its streams. */
  readonly #gone: [boolean, boolean] = [false, false]
  /** Of each end: how much has arrived there. */
  readonly #arrivedCounts: [number, number] = [0, 0]
  readonly #streams: readonly [Set<SimStream>, Set<SimStream>] = [new Set(), new Set()]

  constructor(wires: Wires, dialer: LinkEnd, listener: LinkEnd) {
    this.#wires = wires
    this.#ends = [dialer, listener]
  }

  other(end: LinkEnd): LinkEnd {
    return this.#ends[1 - this.#index(end)] as LinkEnd
  }

  /** Calls `arrive` at the other side after the latency, after all that was sent before; never when the link breaks. */
  send(from: LinkEnd, arrive: () => void): void {
    const index = this.#index(from)
    if (this.#gone[index]) return
    const way = this.#ways[index] as Way
    const nowMs = this.#wires.clock.monotonicMs()
    way.lastAtMs = Math.max(way.lastAtMs, nowMs + this.#wires.latencyMs())
    this.#wires.clock.after(way.lastAtMs - nowMs, () => {
      way.held.push(arrive)
      this.release()
    })
  }

  /** Delivers what has arrived, unless an end is silent. */
  release(): void {
    if (this.#wires.silent(this.#ends[0].name, this.#ends[1].name)) return
    for (const index of [0, 1] as const) {
      const way = this.#ways[index] as Way
      while (!this.#gone[1 - index] && way.held.length > 0) {
        this.#arrivedCounts[1 - index] = (this.#arrivedCounts[1 - index] as number) + 1
        way.held.shift()?.()
      }
    }
  }

  /** One end goes away in good order or by dying: the other side's kernel tells it so. */
  closeFrom(end: LinkEnd): void {
    const other = this.other(end)
    this.send(end, () => this.#lose(other))
    this.#lose(end)
  }

  /** Both ends find the connection broken after the latency. */
  breakBoth(): void {
    for (const end of this.#ends) this.#wires.clock.after(this.#wires.latencyMs(), () => this.#lose(end))
  }

  /** Two joined stream ends; `from` is who opens. */
  streamPair(from: LinkEnd, onWrite: OnWrite): readonly [SimStream, SimStream] {
    const to = this.other(from)
    const near = this.#stream(from, to, onWrite)
    const far = this.#stream(to, from, onWrite)
    near.join(far)
    far.join(near)
    return [near, far]
  }

  #stream(end: LinkEnd, to: LinkEnd, onWrite: OnWrite): SimStream {
    const streams = this.#streams[this.#index(end)] as Set<SimStream>
    const sendAway = (arrive: () => void): void => this.send(end, arrive)
    const stream = new SimStream({
      peer: to.self,
      sendAway,
      onWrite: (bytes, isFirst) => onWrite(end, bytes, isFirst),
      onDone: (one) => streams.delete(one),
    })
    streams.add(stream)
    return stream
  }

  /** How much has arrived at an end. */
  arrivedCount(end: LinkEnd): number {
    return this.#arrivedCounts[this.#index(end)]
  }

  isGone(end: LinkEnd): boolean {
    return this.#gone[this.#index(end)] as boolean
  }

  #lose(end: LinkEnd): void {
    const index = this.#index(end)
    if (this.#gone[index]) return
    this.#gone[index] = true
    for (const stream of [...(this.#streams[index] as Set<SimStream>)]) stream.fail(new Error('connection lost'))
    end.lost(this)
  }

  #index(end: LinkEnd): 0 | 1 {
    return end === this.#ends[0] ? 0 : 1
  }
}

interface Way {
  lastAtMs: number
  readonly held: (() => void)[]
}

function newWay(): Way {
  return { lastAtMs: 0, held: [] }
}
