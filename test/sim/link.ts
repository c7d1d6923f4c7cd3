/** One simulated connection and the streams on it. What is sent one way arrives in order, after the latency. */
import type { Clock } from '../../src/base/index.ts'
import type { PeerId, PeerStream } from '../../src/mesh/transport.ts'

/** What a writer may have on its way and unread before it waits. */
const windowBytes = 256 * 1024

/** What a link asks of the network it is part of. */
export interface Wires {
  readonly clock: Clock
  latencyMs(): number
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
      while (!this.#gone[1 - index] && way.held.length > 0) way.held.shift()?.()
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
  streamPair(from: LinkEnd): readonly [SimStream, SimStream] {
    const to = this.other(from)
    const near = new SimStream(this, from, to.self)
    const far = new SimStream(this, to, from.self)
    near.join(far)
    far.join(near)
    return [near, far]
  }

  track(end: LinkEnd, stream: SimStream): void {
    this.#streams[this.#index(end)]?.add(stream)
  }

  isGone(end: LinkEnd): boolean {
    return this.#gone[this.#index(end)] as boolean
  }

  #lose(end: LinkEnd): void {
    const index = this.#index(end)
    if (this.#gone[index]) return
    this.#gone[index] = true
    for (const stream of this.#streams[index] as Set<SimStream>) stream.fail(new Error('connection lost'))
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

export class SimStream implements PeerStream {
  readonly peer: PeerId
  readonly incoming: AsyncIterable<Uint8Array>
  readonly #link: Link
  readonly #end: LinkEnd
  #other: SimStream | undefined
  readonly #arrived: Uint8Array[] = []
  #ended = false
  #writeClosed = false
  #failure: Error | undefined
  #discarding = false
  #outstandingBytes = 0
  readonly #waiting: (() => void)[] = []
  /** Bytes that this side has written. */
  sentBytes = 0
  /** Rejects when the stream is aborted or its connection lost. */
  readonly failed: Promise<never>
  #rejectFailed: (reason: Error) => void = () => undefined

  constructor(link: Link, end: LinkEnd, peer: PeerId) {
    this.#link = link
    this.#end = end
    this.peer = peer
    this.failed = new Promise((_resolve, reject) => {
      this.#rejectFailed = reject
    })
    this.failed.catch(() => undefined)
    this.incoming = { [Symbol.asyncIterator]: () => this.#read() }
    link.track(end, this)
  }

  join(other: SimStream): void {
    this.#other = other
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#writeClosed) throw new Error('stream is closed for writing')
    this.#outstandingBytes += bytes.length
    this.sentBytes += bytes.length
    this.#send((other) => other.#arrive(bytes))
    while (this.#outstandingBytes >= windowBytes && this.#failure === undefined) await this.#change()
    if (this.#failure !== undefined) throw this.#failure
  }

  async closeWrite(): Promise<void> {
    if (this.#writeClosed || this.#failure !== undefined) return
    this.#writeClosed = true
    this.#send((other) => other.#finish())
  }

  abort(reason: Error): void {
    if (this.#failure !== undefined || (this.#writeClosed && this.#ended)) return
    this.#send((other) => other.fail(new Error('stream aborted by the other side')))
    this.fail(reason)
  }

  /** Nothing more is read: what arrives is dropped, so that the other side's writes do not wait for ever. */
  discard(): void {
    this.#discarding = true
    for (const bytes of this.#arrived.splice(0)) this.#credit(bytes.length)
  }

  fail(reason: Error): void {
    if (this.#failure !== undefined || (this.#writeClosed && this.#ended)) return
    this.#failure = reason
    this.#rejectFailed(reason)
    // What the other side had said completely stays readable.
    if (!this.#ended) this.#arrived.length = 0
    this.#changed()
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const bytes = this.#arrived.shift()
        if (bytes !== undefined) {
          yield bytes
          this.#credit(bytes.length)
        } else if (this.#ended) return
        else if (this.#failure !== undefined) throw this.#failure
        else await this.#change()
      }
    } finally {
      this.discard()
    }
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#discarding) return this.#credit(bytes.length)
    this.#arrived.push(bytes)
    this.#changed()
  }

  #finish(): void {
    this.#ended = true
    this.#changed()
  }

  #credit(count: number): void {
    this.#send((other) => {
      other.#outstandingBytes -= count
      other.#changed()
    })
  }

  #send(arrive: (other: SimStream) => void): void {
    this.#link.send(this.#end, () => {
      if (this.#other !== undefined) arrive(this.#other)
    })
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #changed(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}
