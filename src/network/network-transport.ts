/** The mesh's Transport in a daemon that leaves the network to a process of its own, and passes on to that what it is asked. */
import type { KeyObject } from 'node:crypto'
import type { Cancel } from '../base/index.ts'
import {
  type ConnectedPeer,
  Liveness,
  type Opening,
  type PeerEvent,
  type PeerId,
  type PeerStream,
  peerIdOf,
  type Transport,
} from '../mesh/index.ts'
import type { FetchingProcess } from '../transfer/index.ts'
import { LocalServices } from './local/services.ts'
import type { NetworkFacts, NetworkStart } from './messages.ts'
import { RunningNetwork, type RunningOptions } from './network-process.ts'
import type { NetworkSession } from './network-session.ts'
import type { Serve } from './session-options.ts'

export interface NetworkOptions
  extends Pick<
      RunningOptions,
      'settings' | 'onSettings' | 'onOtherRelease' | 'startProcess' | 'files' | 'onOwnIdentity' | 'clock' | 'log'
    >,
    Pick<NetworkStart, 'certificate' | 'host' | 'port' | 'domain'> {
  readonly hostKey: KeyObject
}

export class NetworkTransport implements Transport {
  readonly self: PeerId
  readonly liveness: Liveness
  /** What the process serves to the programs of this host. */
  readonly local = new LocalServices()
  readonly fetching: FetchingProcess = {
    openLane: async (asked) => this.#running().streams.openLane(asked),
    openFiles: async (asked) => this.#running().streams.openFiles(asked),
  }
  readonly #listeners = new Set<(event: PeerEvent) => void>()
  readonly #serveByProtocol = new Map<string, Serve>()
  /** Of dials that wait for a process. */
  readonly #onListening = new Set<() => void>()
  #network: RunningNetwork | undefined

  private constructor({ hostKey, clock }: NetworkOptions) {
    this.self = peerIdOf(hostKey)
    this.liveness = new Liveness(clock, {
      heardBytes: (peer) => this.#session?.peers.heardBytes(peer) ?? 0,
      roundTripMs: (peer) => this.#session?.peers.roundTripMs(peer),
      ping: (peer, onAnswer) => this.#session?.ping(peer, onAnswer),
    })
  }

  /** Starts the process, which listens. PORT_TAKEN when something else does already, NETWORK_RELEASE and NETWORK_PROCESS when there can be none. */
  static async open(options: NetworkOptions): Promise<NetworkTransport> {
    const transport = new NetworkTransport(options)
    const { hostKey, certificate, host, port, domain } = options
    const key = hostKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    transport.#network = await RunningNetwork.start({
      ...options,
      start: { hostKey: key, certificate, host, port, domain },
      serve: (protocol) => transport.#serveByProtocol.get(protocol),
      local: transport.local,
      onPeer: (event) => transport.#changed(event),
      onReady: (session) => {
        transport.local.begin(session)
        for (const protocol of transport.#serveByProtocol.keys()) session.send({ type: 'handle', protocol })
        for (const goOn of transport.#onListening) goOn()
      },
    })
    return transport
  }

  /** What is known of the network now; of one whose process has ended, what was known last. */
  facts(): NetworkFacts {
    return this.#network?.facts() ?? { addresses: [], refused: 0, strangers: [] }
  }

  /** What there is to say of the process itself: sentences for a person. */
  warnings(): readonly string[] {
    return this.#network?.warnings() ?? []
  }

  /** Nobody is reached from the end of a process until another one listens. */
  outage(): string | undefined {
    if (this.#network?.isListening !== false) return undefined
    return this.warnings()[0] ?? 'the network process has just ended, and nobody is reached until another one runs'
  }

  /** Tells the process what has changed of the settings. */
  tellSettings(): void {
    this.#network?.tellSettings()
  }

  /** Waits where the process is just being replaced: a dial that failed for that would be tried again late. */
  async dial(address: string, signal?: AbortSignal): Promise<PeerId> {
    if (this.#network?.isListening !== true) await this.#untilListening(signal)
    this.tellSettings()
    return this.#running().dial(address, signal)
  }

  onPeer(listener: (event: PeerEvent) => void): Cancel {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Open at once; whether the peer speaks the protocol shows when it is read. */
  async openStream(peer: PeerId, protocol: string, { signal, first }: Opening = {}): Promise<PeerStream> {
    signal?.throwIfAborted()
    return this.#running().streams.open(peer, protocol, first)
  }

  handle(protocol: string, serve: Serve): void {
    this.#serveByProtocol.set(protocol, serve)
    this.#session?.send({ type: 'handle', protocol })
  }

  peers(): readonly ConnectedPeer[] {
    return this.#session?.peers.all() ?? []
  }

  disconnect(peer: PeerId): void {
    this.#session?.send({ type: 'disconnect', peer })
  }

  async close(): Promise<void> {
    await this.#network?.close()
    for (const goOn of this.#onListening) goOn()
  }

  async #untilListening(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#onListening.add(resolve)
    try {
      await promise
    } finally {
      this.#onListening.delete(resolve)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  get #session(): NetworkSession | undefined {
    return this.#network?.session
  }

  #running(): NetworkSession {
    if (this.#session === undefined) throw new Error('the network process does not run')
    return this.#session
  }

  #changed(event: PeerEvent): void {
    if (event.type === 'down') this.liveness.forget(event.peer)
    for (const listener of [...this.#listeners]) listener(event)
    this.tellSettings()
  }
}
