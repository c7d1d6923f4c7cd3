/** The mesh's Transport on js-libp2p: TCP, TLS or noise, the domain gate, yamux, gossipsub, mDNS. */
import type { Connection, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { Cancel, Log } from '../base/index.ts'
import type { DomainKeys } from './admission.ts'
import type { Admitted } from './admitted.ts'
import { dialableAddresses } from './dialable.ts'
import { ownAddressMessage } from './domain-gate.io.ts'
import type { Libp2pOptions, Node } from './libp2p-node.io.ts'
import { watchLiveness } from './liveness.io.ts'
import { Libp2pStream } from './peer-stream.io.ts'
import type { Refusal, Refusals } from './refusals.ts'
import {
  type ConnectedPeer,
  OwnAddressError,
  type PeerEvent,
  type PeerId,
  type PeerStream,
  type Transport,
} from './transport.ts'

/** How often connections are held against hmac_keys: with the 5 s until a new file is seen, well within the manual's 10. */
const keysEveryMs = 3_000
/** Addresses that one peer may say it listens on. */
const listensMax = 16
/** Streams of one protocol that one connection may have open at once. */
const streamsMax = 64

export class Libp2pTransport implements Transport {
  readonly self: PeerId
  readonly #node: Node
  readonly #refusals: Refusals
  readonly #log: Log
  readonly #connected = new Set<PeerId>()
  readonly #peerListeners = new Set<(event: PeerEvent) => void>()
  readonly #streams = new Set<Libp2pStream>()
  readonly #admitted: Admitted
  /** Where the connected peers say that they listen. */
  readonly #listensByPeer = new Map<PeerId, readonly string[]>()
  readonly #endLiveness: () => void
  #cancelCheck: Cancel = () => undefined

  constructor(node: Node, refusals: Refusals, admitted: Admitted, { keys, clock, log }: Libp2pOptions) {
    this.self = node.peerId.toString() as PeerId
    this.#node = node
    this.#refusals = refusals
    this.#admitted = admitted
    this.#log = log
    node.addEventListener('peer:connect', ({ detail }) => this.#changed(detail))
    node.addEventListener('peer:disconnect', ({ detail }) => this.#changed(detail))
    node.addEventListener('peer:identify', ({ detail: { peerId, listenAddrs } }) => {
      const peer = peerId.toString() as PeerId
      if (this.#connected.has(peer)) this.#listensByPeer.set(peer, listenAddrs.slice(0, listensMax).map(String))
    })
    this.#endLiveness = watchLiveness(() => node.getConnections(), log)
    const check = (): void => {
      this.#cutOutsiders(keys())
      this.#cancelCheck = clock.after(keysEveryMs, check)
    }
    check()
  }

  /** The TCP port that is listened on. */
  listenPort(): number {
    const port = this.#node
      .getMultiaddrs()[0]
      ?.getComponents()
      .find(({ name }) => name === 'tcp')?.value
    return Number(port)
  }

  /** Where others can dial this host, each with its peer id. */
  addresses(): readonly string[] {
    return this.#node.getMultiaddrs().map(String)
  }

  /** How many connections came to nothing at the domain gate, by reason. */
  refusalCounts(): Readonly<Record<Refusal, number>> {
    return this.#refusals.counts()
  }

  async dial(address: string, signal?: AbortSignal): Promise<PeerId> {
    try {
      const connection = await this.#node.dial(multiaddr(address), signal === undefined ? {} : { signal })
      return connection.remotePeer.toString() as PeerId
    } catch (error) {
      const { message } = error as Error
      if (message.includes(ownAddressMessage) || message.includes('dial self')) throw new OwnAddressError(address)
      throw new Error(`${address}: ${message}`, { cause: error })
    }
  }

  onPeer(listener: (event: PeerEvent) => void): Cancel {
    this.#peerListeners.add(listener)
    return () => this.#peerListeners.delete(listener)
  }

  async openStream(peer: PeerId, protocol: string, signal?: AbortSignal): Promise<PeerStream> {
    // The newest: of two connections the older may be dead without this side having noticed.
    const connection = this.#openConnections(peer).at(-1)
    if (connection === undefined) throw new Error(`not connected to ${peer}`)
    const options = { maxOutboundStreams: streamsMax, ...(signal === undefined ? {} : { signal }) }
    return this.#track(await connection.newStream(protocol, options), peer)
  }

  handle(protocol: string, serve: (stream: PeerStream) => Promise<void>): void {
    const onStream = async (raw: Stream, connection: Connection): Promise<void> => {
      const stream = this.#track(raw, connection.remotePeer.toString() as PeerId)
      try {
        await serve(stream)
        await stream.release()
      } catch (error) {
        this.#log.debug({ peer: stream.peer, protocol, error: String(error) }, 'a stream was aborted')
        stream.abort(error as Error)
      }
    }
    const limits = { maxInboundStreams: streamsMax, maxOutboundStreams: streamsMax }
    void this.#node.handle(protocol, (stream, connection) => void onStream(stream, connection), limits)
  }

  peers(): readonly ConnectedPeer[] {
    return [...this.#connected].map((id) => {
      const seen = this.#openConnections(id).map(({ remoteAddr, direction }) => ({
        remoteAddress: String(remoteAddr),
        outbound: direction === 'outbound',
      }))
      const dialable = dialableAddresses(id, seen, this.#listensByPeer.get(id) ?? [])
      return { id, address: seen.at(-1)?.remoteAddress ?? '', dialable }
    })
  }

  disconnect(peer: PeerId): void {
    if (!this.#connected.has(peer)) return
    for (const connection of this.#openConnections(peer)) connection.abort(new Error('this host has hung up'))
  }

  async close(): Promise<void> {
    this.#endLiveness()
    this.#cancelCheck()
    // Streams must not be finished in good order with the connection: half of something would look like the whole.
    for (const stream of this.#streams) stream.abort(new Error('this host is closing'))
    await this.#node.stop()
  }

  /** Members by a key that is gone may come again, and prove another. */
  #cutOutsiders(keys: DomainKeys): void {
    for (const peer of this.#admitted.outsiders(this.#connected, keys)) {
      this.#log.warn({ peer }, 'cut off: the key that this host has proved is not in hmac_keys any more')
      for (const connection of this.#openConnections(peer)) connection.abort(new Error('hmac_keys has changed'))
    }
  }

  #openConnections(peer: PeerId): readonly Connection[] {
    return this.#node.getConnections(peerIdFromString(peer)).filter(({ status }) => status === 'open')
  }

  #track(raw: Stream, peer: PeerId): Libp2pStream {
    const stream = new Libp2pStream(raw, peer)
    this.#streams.add(stream)
    raw.addEventListener('close', () => this.#streams.delete(stream))
    return stream
  }

  #changed(detail: Libp2pPeerId): void {
    const peer = detail.toString() as PeerId
    const isUp = this.#node.getConnections(detail).length > 0
    if (isUp === this.#connected.has(peer)) return
    if (isUp) this.#connected.add(peer)
    else {
      this.#connected.delete(peer)
      this.#admitted.forget(peer)
      this.#listensByPeer.delete(peer)
    }
    for (const listener of [...this.#peerListeners]) listener({ type: isUp ? 'up' : 'down', peer })
  }
}
