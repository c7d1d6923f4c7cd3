/** The parts of js-libp2p that the mesh is made of, and their limits. */
import type { KeyObject } from 'node:crypto'
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import type { Clock, Log, Random } from '../base/index.ts'
import type { Member } from './admission.ts'
import type { Admitted } from './admitted.ts'
import { localDiscovery } from './discovery.io.ts'
import { domainGate } from './domain-gate.io.ts'
import { libp2pKey } from './identity.io.ts'
import type { Refusals } from './refusals.ts'
import type { PeerId } from './transport.ts'

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
/** How often gossipsub tends its mesh: announcements are few, and an idle daemon should be idle. */
const heartbeatMs = 5_000

export type Node = Libp2p<{ pubsub: GossipSub }>

/** A node that is not started yet. */
export async function makeNode(options: Libp2pOptions, refusals: Refusals, admitted: Admitted): Promise<Node> {
  const onAdmitted = (peer: PeerId, key: string | undefined): void => admitted.note(peer, key)
  const gate = domainGate({ ...options, member: options, refusals, onAdmitted })
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
      // No keep-alive of its own: liveness.io.ts asks every connection.
      yamux({
        enableKeepAlive: false,
        streamOptions: { maxStreamWindowSize: windowBytesMax, maxReadBufferLength: readBufferBytesMax },
      }),
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
        heartbeatInterval: heartbeatMs,
      }),
    },
  })
  return node
}
