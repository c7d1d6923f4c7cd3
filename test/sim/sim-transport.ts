/** One host's place on the simulated network. */
import { type Cancel, type Random, sleep } from '../../src/base/index.ts'
import { admit, type Handshake, type Member, noKeys, nonceBytes, type Role } from '../../src/mesh/admission.ts'
import type { Watched } from '../../src/mesh/keep-alive.ts'
import { loadCpace } from '../../src/mesh/key-proofs.ts'
import { Liveness } from '../../src/mesh/liveness.ts'
import {
  type ConnectedPeer,
  type FileOpening,
  type FileTransport,
  type Opening,
  OwnAddressError,
  type PeerEvent,
  type PeerId,
  type PeerStream,
} from '../../src/mesh/transport.ts'
import { Link, type LinkEnd, type Wires } from './link.ts'
import type { SimStream } from './stream.ts'
import { type Kind, kindOf, meetingBytes, messageBytes, pingBytes, type Traffic } from './traffic.ts'
import { joinedWires } from './wires.ts'

// What is loaded in the middle of a run would come at another time in each.
await loadCpace()

export interface NetworkFaults {
  /** Each message takes from `latencyMsMin` to `latencyMsMax`. */
  readonly latencyMsMin: number
  readonly latencyMsMax: number
  /** How many messages, from 0 to 1, are lost on their way and sent again, and how much later they come then, with all behind them. */
  readonly resentRate: number
  readonly resentMs: number
  /** How many of the streams of a protocol are never answered when they are opened, from 0 to 1. */
  readonly lossRate: (protocol: string) => number
  /** How long a dial or the opening of a stream waits for an answer that does not come. */
  readonly answerLimitMs: number
}

export interface SimHostOptions {
  /** Hosts of different groups refuse each other: the domain's name, when that is all there is to say. */
  readonly group?: string
  /** Domain and keys, for the real rules of admission. */
  readonly member?: Member
  /** Another host has this one's peer id; `address` is where it was met. */
  readonly onOwnIdentity?: (address: string) => void
  /** The host's identity, its name unless two machines share one. */
  readonly peerId?: string
}

/** What a transport asks of the network that it is part of. */
export interface SimMedium extends Wires {
  readonly random: Random
  readonly faults: NetworkFaults
  readonly traffic: Traffic
  find(name: string): SimTransport | undefined
  remove(transport: SimTransport): void
  reachable(a: string, b: string): boolean
  /** Whether the opening of a stream is lost on its way. */
  loses(protocol: string): boolean
}

type Serve = (stream: PeerStream) => Promise<void>

export class SimTransport implements FileTransport, LinkEnd {
  readonly name: string
  readonly self: PeerId
  readonly liveness: Liveness
  readonly #network: SimMedium
  readonly #member: Member
  readonly #onOwnIdentity: (address: string) => void
  readonly #links = new Set<Link>()
  readonly #watchedByLink = new Map<Link, Watched>()
  /** With hosts that were dialed for files, or have dialed for files, and are no neighbours. */
  readonly #fileLinks = new Set<Link>()
  readonly #peerListeners = new Set<(event: PeerEvent) => void>()
  /** What is being told, and what happened meanwhile. */
  readonly #untold: PeerEvent[] = []
  readonly #serveByProtocol = new Map<string, Serve>()
  /** Bytes that this host has written to streams, and how many of these it has opened or served. */
  sentBytes = 0
  streamCount = 0
  #closed = false
  /** Undefined when the links have changed. */
  #peers: readonly ConnectedPeer[] | undefined

  constructor(network: SimMedium, name: string, options: SimHostOptions) {
    this.#network = network
    this.name = name
    this.self = (options.peerId ?? name) as PeerId
    this.#member = options.member ?? { domain: options.group ?? 'sim.example', keys: () => noKeys }
    this.#onOwnIdentity = options.onOwnIdentity ?? (() => undefined)
    this.liveness = new Liveness(network.clock, {
      heardBytes: (peer) => this.#linkTo(peer)?.arrivedCount(this) ?? 0,
      roundTripMs: () => 2 * network.latencyMsMax,
      ping: (peer, onAnswer) => {
        const link = this.#linkTo(peer)
        if (link) this.#ping(link, onAnswer)
      },
    })
  }

  /** Where others dial this host. */
  get address(): string {
    return `sim:${this.name}`
  }

  /** Its connections, as keep-alive watches them. */
  watched(): readonly Watched[] {
    return [...this.#watchedByLink.values()]
  }

  async dial(address: string, signal?: AbortSignal): Promise<PeerId> {
    const other = await this.#reach(address, signal)
    if (this.#linkTo(other.self) === undefined) {
      const link = new Link(this.#network, this, other)
      other.#gain(link)
      this.#gain(link)
    }
    return other.self
  }

  /** The host at an address that has admitted this one. */
  async #reach(address: string, signal?: AbortSignal): Promise<SimTransport> {
    const name = /^sim:(.+)$/.exec(address)?.[1]
    if (name === undefined) throw new Error(`not an address of the simulated network: ${address}`)
    const network = this.#network
    await sleep(network.clock, network.latencyMs() + network.latencyMs(), signal)
    if (!network.reachable(this.name, name) || network.silent(this.name, name)) {
      await sleep(network.clock, network.faults.answerLimitMs, signal)
      throw new Error(`${address}: no answer`)
    }
    const other = network.find(name)
    if (this.#closed || other === undefined) throw new Error(`${address}: connection refused`)
    if (other === this) throw new OwnAddressError(address)
    if (other.self === this.self) throw this.#meetsItself(other)
    await this.#admit(other)
    network.traffic.sent('meetings', 2 * meetingBytes)
    if (this.#closed || other.#closed) throw new Error(`${address}: connection lost`)
    return other
  }

  onPeer(listener: (event: PeerEvent) => void): Cancel {
    this.#peerListeners.add(listener)
    return () => this.#peerListeners.delete(listener)
  }

  async openStream(peer: PeerId, protocol: string, opening?: Opening): Promise<PeerStream> {
    const link = this.#linkTo(peer)
    if (link === undefined) throw new Error(`not connected to ${peer}`)
    return this.#openOn(link, protocol, opening)
  }

  async #openOn(link: Link, protocol: string, { signal, first }: Opening = {}): Promise<PeerStream> {
    signal?.throwIfAborted()
    let kind: Kind | undefined
    const [near, far] = link.streamPair(this, (by, bytes, isFirst) => {
      ;(by as SimTransport).sentBytes += bytes.length
      kind ??= kindOf(protocol, bytes.toString('latin1', 0, 40))
      this.#network.traffic.sent(kind, bytes.length + (isFirst ? messageBytes : 0))
    })
    this.streamCount += 1
    const other = link.other(this) as SimTransport
    const isLost = this.#network.loses(protocol)
    const answered = new Promise<boolean>((resolve) => {
      link.send(this, () => {
        if (isLost) return
        const serve = other.#serveByProtocol.get(protocol)
        link.send(other, () => resolve(serve !== undefined))
        if (serve !== undefined) void other.#serve(serve, far)
      })
    })
    if (first !== undefined) near.write(first).catch(() => undefined)
    const refuse = (reason: string): void => near.abort(new Error(`${other.self}: ${reason}`))
    const giveUp = (): void => near.abort(signal?.reason)
    signal?.addEventListener('abort', giveUp, { once: true })
    const cancel = this.#network.clock.after(this.#network.faults.answerLimitMs, () => refuse('no answer'))
    try {
      if (await Promise.race([answered, near.failed])) return near
      refuse(`does not speak ${protocol}`)
      return await near.failed
    } finally {
      cancel()
      signal?.removeEventListener('abort', giveUp)
    }
  }

  /** Nothing waits behind anything here; only who is no neighbour needs a connection for it. */
  async openFileStream(
    peer: PeerId,
    protocol: string,
    { signal, first, addresses = [] }: FileOpening = {},
  ): Promise<PeerStream> {
    const opening = { signal, first }
    if (this.#linkTo(peer) !== undefined) return this.openStream(peer, protocol, opening)
    const known = [...this.#fileLinks].find((link) => link.other(this).self === peer)
    if (known !== undefined) return this.#openOn(known, protocol, opening)
    let failure: unknown = new Error(`not connected to ${peer}`)
    for (const address of addresses) {
      try {
        const other = await this.#reach(address, signal)
        if (other.self !== peer) throw new Error(`${address}: another host answers there`)
        const link = new Link(this.#network, this, other)
        for (const end of [this, other]) end.#fileLinks.add(link)
        return await this.#openOn(link, protocol, opening)
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  handle(protocol: string, serve: Serve): void {
    this.#serveByProtocol.set(protocol, serve)
  }

  peers(): readonly ConnectedPeer[] {
    this.#peers ??= peersOf([...this.#links].map((link) => link.other(this)))
    return this.#peers
  }

  disconnect(peer: PeerId): void {
    for (const link of [...this.#links]) if (link.other(this).self === peer) link.closeFrom(this)
  }

  async close(): Promise<void> {
    this.crash()
  }

  /** The process dies. Its streams and connections are gone at once; the others' kernels notice after the latency. */
  crash(): void {
    this.#closed = true
    this.#peerListeners.clear()
    this.#serveByProtocol.clear()
    this.#network.remove(this)
    for (const link of [...this.#links, ...this.#fileLinks]) link.closeFrom(this)
  }

  // What follows is for SimNetwork and Link.

  release(): void {
    for (const link of [...this.#links, ...this.#fileLinks]) link.release()
  }

  breakLinks(which: (otherName: string) => boolean): void {
    for (const link of [...this.#links, ...this.#fileLinks]) if (which(link.other(this).name)) link.breakBoth()
  }

  lost(link: Link): void {
    const peer = link.other(this).self
    if (this.#fileLinks.delete(link)) return
    this.#links.delete(link)
    this.#watchedByLink.delete(link)
    this.#peers = undefined
    if (this.#linkTo(peer) !== undefined) return
    this.liveness.forget(peer)
    this.#tell({ type: 'down', peer })
  }

  #gain(link: Link): void {
    const peer = link.other(this).self
    const isFirst = this.#linkTo(peer) === undefined
    this.#links.add(link)
    this.#watchedByLink.set(link, this.#watch(link))
    this.#peers = undefined
    if (isFirst) this.#tell({ type: 'up', peer })
  }

  #meetsItself(other: SimTransport): Error {
    this.#onOwnIdentity(other.address)
    other.#onOwnIdentity(this.address)
    return new Error(`${other.address}: another machine has this host's identity`)
  }

  /** The domain gate as on the real network, but for the encryption around it. */
  async #admit(other: SimTransport): Promise<void> {
    const [near, far] = joinedWires()
    const { random } = this.#network
    const handshake = (role: Role, self: PeerId, peer: PeerId): Handshake => {
      return { role, self, other: peer, nonce: random.bytes(nonceBytes), random, binding: new Uint8Array(0) }
    }
    const results = await Promise.allSettled([
      admit(near, handshake('dialer', this.self, other.self), this.#member),
      admit(far, handshake('listener', other.self, this.self), other.#member),
    ])
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** One event after the other, as on the real network: who hangs up on hearing of a peer must not have the others hear of the loss first. */
  #tell(event: PeerEvent): void {
    this.#untold.push(event)
    if (this.#untold.length > 1) return
    for (let next = this.#untold[0]; next !== undefined; next = this.#untold[0]) {
      for (const listener of [...this.#peerListeners]) listener(next)
      this.#untold.shift()
    }
  }

  #watch(link: Link): Watched {
    const { self: peer, name } = link.other(this)
    let heard = 0
    const hasSpoken = (): boolean => {
      const before = heard
      heard = link.arrivedCount(this)
      return heard !== before
    }
    const ping = (limitMs: number): Promise<boolean> =>
      new Promise((resolve) => {
        const cancel = this.#network.clock.after(limitMs, () => resolve(false))
        this.#ping(link, () => {
          cancel()
          resolve(true)
        })
      })
    return { peer, remoteAddress: `sim:${name}`, hasSpoken, ping, close: () => link.closeFrom(this) }
  }

  #ping(link: Link, onAnswer: () => void): void {
    const { traffic } = this.#network
    traffic.sent('keep-alives', pingBytes)
    link.send(this, () => {
      traffic.sent('keep-alives', pingBytes)
      link.send(link.other(this), onAnswer)
    })
  }

  /** The newest link, for the older one may be dead without this side having noticed. */
  #linkTo(peer: PeerId): Link | undefined {
    let newest: Link | undefined
    for (const link of this.#links) if (link.other(this).self === peer) newest = link
    return newest
  }

  async #serve(serve: Serve, stream: SimStream): Promise<void> {
    this.streamCount += 1
    try {
      await serve(stream)
      await stream.closeWrite()
      stream.discard()
    } catch (error) {
      stream.abort(error as Error)
    }
  }
}

function peersOf(ends: readonly LinkEnd[]): readonly ConnectedPeer[] {
  const peerById = new Map<PeerId, ConnectedPeer>()
  for (const { self, name } of ends) peerById.set(self, { id: self, address: `sim:${name}`, dialable: [`sim:${name}`] })
  return [...peerById.values()]
}
