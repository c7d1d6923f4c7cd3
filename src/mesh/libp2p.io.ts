/** The mesh's Transport on js-libp2p: TCP, TLS or noise, the domain gate, yamux, gossipsub, mDNS. */
import './polyfill.ts'
import type { KeyObject } from 'node:crypto'
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import type { Connection, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { type Cancel, type Clock, IsconfError, type Log, type Random } from '../base/index.ts'
import type { Member } from './admission.ts'
import { localDiscovery } from './discovery.io.ts'
import { domainGate, ownAddressMessage } from './domain-gate.io.ts'
import { libp2pKey } from './identity.io.ts'
import { watchLiveness } from './liveness.io.ts'
import { Libp2pStream } from './peer-stream.io.ts'
import { type Refusal, Refusals } from './refusals.ts'
import { type ConnectedPeer, OwnAddressError, type PeerEvent, type PeerId, type PeerStream, type Transport } from './transport.ts'

export interface Libp2pOptions extends Member {
  /** This host's Ed25519 private key. */
  readonly hostKey: KeyObject
  /** IP address to listen on, such as 0.0.0.0. */
  readonly host: string
  /** TCP port; 0 for any that is free. */
  readonly port: number
  /** Whether to look for hosts on the local network. */
  readonly discovery: boolean
  /** The topics that may be published and heard. */
  readonly topics: readonly string[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Another machine has this host's key; `address` is where it was met. */
  readonly onOwnIdentity: (address: string) => void
}

/** Streams of one protocol that one connection may have open at once. */
const streamsMax = 64
/** Connections to others, in both directions. */
const connectionsMax = 300
/** New connections a second from one address, for a whole site may sit behind one. */
const inboundPerSecondMax = 100
/** Strangers may hold this many unfinished handshakes at once, each for `handshakeMsMax`. */
const pendingInboundMax = 50
const handshakeMsMax = 10_000
/** A window has to stay below what may be buffered, or a slow reader would lose its stream instead of slowing it. */
const windowBytesMax = 2 * 1024 * 1024
const readBufferBytesMax = 4 * 1024 * 1024
/** One published message with its frame; announcements are far smaller. */
const publishBytesMax = 256 * 1024

/** Makes the transport and listens. PORT_TAKEN when something else does already. */
export async function openLibp2p(options: Libp2pOptions): Promise<Libp2pTransport> {
  const refusals = new Refusals(options.clock, options.log)
  const node = await makeNode(options, refusals)
  // Before the start, so that no peer is missed that comes while it goes on.
  const transport = new Libp2pTransport(node, refusals, options.log)
  try {
    await node.start()
  } catch (error) {
    await transport.close()
    if (!/EADDRINUSE/.test(String(error))) throw error
    throw new IsconfError('PORT_TAKEN', `port ${options.port} on ${options.host} is taken`, { cause: error })
  }
  return transport
}

type Node = Libp2p<{ pubsub: GossipSub }>

async function makeNode(options: Libp2pOptions, refusals: Refusals): Promise<Node> {
  const gate = domainGate({ ...options, member: options, refusals })
  const discovery = localDiscovery({
    domain: options.domain,
    connected: (peer) => node.getConnections(peer).length > 0,
    dial: (peer) => {
      const onFailure = (error: unknown): void =>
        options.log.debug({ peer: String(peer), error: String(error) }, 'a host of the local network was not reached')
      node.dial(peer).catch(onFailure)
    },
  })
  const node: Node = await createLibp2p({
    start: false,
    privateKey: libp2pKey(options.hostKey),
    addresses: { listen: [`/${options.host.includes(':') ? 'ip6' : 'ip4'}/${options.host}/tcp/${options.port}`] },
    transports: [tcp()],
    connectionEncrypters: [gate(tls()), gate(noise())],
    streamMuxers: [
      yamux({ streamOptions: { maxStreamWindowSize: windowBytesMax, maxReadBufferLength: readBufferBytesMax } }),
    ],
    // Silent peers are found by liveness.io.ts.
    connectionMonitor: { enabled: false, abortConnectionOnPingFailure: false },
    connectionManager: {
      maxConnections: connectionsMax,
      inboundConnectionThreshold: inboundPerSecondMax,
      maxIncomingPendingConnections: pendingInboundMax,
      inboundUpgradeTimeout: handshakeMsMax,
    },
    peerDiscovery: options.discovery ? [discovery] : [],
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      ping: ping(),
      pubsub: gossipsub({
        allowPublishToZeroTopicPeers: true,
        emitSelf: false,
        floodPublish: true,
        globalSignaturePolicy: 'StrictSign',
        allowedTopics: [...options.topics],
        maxInboundDataLength: publishBytesMax,
      }),
    },
  })
  return node
}

export class Libp2pTransport implements Transport {
  readonly self: PeerId
  readonly #node: Node
  readonly #refusals: Refusals
  readonly #log: Log
  readonly #connected = new Set<PeerId>()
  readonly #peerListeners = new Set<(event: PeerEvent) => void>()
  readonly #streams = new Set<Libp2pStream>()
  readonly #endLiveness: () => void

  constructor(node: Node, refusals: Refusals, log: Log) {
    this.self = node.peerId.toString() as PeerId
    this.#node = node
    this.#refusals = refusals
    this.#log = log
    node.addEventListener('peer:connect', ({ detail }) => this.#changed(detail))
    node.addEventListener('peer:disconnect', ({ detail }) => this.#changed(detail))
    this.#endLiveness = watchLiveness(() => node.getConnections(), log)
  }

  /** The TCP port that is listened on. */
  listenPort(): number {
    const port = this.#node.getMultiaddrs()[0]?.getComponents().find(({ name }) => name === 'tcp')?.value
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

  publish(topic: string, message: Uint8Array): void {
    this.#node.services.pubsub
      .publish(topic, message)
      .catch((error) => this.#log.debug({ topic, error: String(error) }, 'nothing was published'))
  }

  subscribe(topic: string, listener: (message: Uint8Array, from: PeerId) => void): void {
    const { pubsub } = this.#node.services
    pubsub.addEventListener('message', ({ detail }) => {
      if (detail.topic === topic && detail.type === 'signed') listener(detail.data, detail.from.toString() as PeerId)
    })
    pubsub.subscribe(topic)
  }

  peers(): readonly ConnectedPeer[] {
    return [...this.#connected].map((id) => ({ id, address: String(this.#openConnections(id).at(-1)?.remoteAddr ?? '') }))
  }

  async close(): Promise<void> {
    this.#endLiveness()
    // Streams must not be finished in good order with the connection: half of something would look like the whole.
    for (const stream of this.#streams) stream.abort(new Error('this host is closing'))
    await this.#node.stop()
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
    else this.#connected.delete(peer)
    for (const listener of [...this.#peerListeners]) listener({ type: isUp ? 'up' : 'down', peer })
  }
}
