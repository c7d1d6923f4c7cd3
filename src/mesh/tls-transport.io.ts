/** The mesh's Transport on Node's own TLS and HTTP/2. */
import type { TLSSocket } from 'node:tls'
import type { Cancel } from '../base/index.ts'
import { parseAddress } from './address.ts'
import { Admitted, watchOutsiders } from './admitted.ts'
import type { MeshConnection } from './connection.io.ts'
import { contactOver } from './contact.ts'
import { dialFailure } from './dial.io.ts'
import { dialableAddresses } from './dialable.ts'
import { Entrance } from './entrance.io.ts'
import type { Passed } from './gate.io.ts'
import { keepAlive } from './keep-alive.ts'
import { Links } from './links.ts'
import { ListenAddresses } from './listen-addresses.ts'
import { Listener } from './listener.io.ts'
import { Liveness } from './liveness.ts'
import { peerIdOf } from './peer-id.ts'
import { type Refusal, Refusals } from './refusals.ts'
import { Services } from './services.io.ts'
import { RefusedStreamError } from './session.io.ts'
import type { Purpose, TlsIdentity } from './tls.io.ts'
import type { TlsTransportOptions } from './tls-transport-options.ts'
import {
  type ConnectedPeer,
  OwnAddressError,
  type PeerEvent,
  type PeerId,
  type PeerStream,
  type Transport,
} from './transport.ts'

export class TlsTransport implements Transport {
  readonly self: PeerId
  readonly liveness: Liveness
  readonly #options: TlsTransportOptions
  readonly #identity: TlsIdentity
  readonly #refusals: Refusals
  readonly #admitted = new Admitted()
  readonly #entrance: Entrance
  readonly #links: Links<MeshConnection>
  readonly #listens: ListenAddresses
  readonly #peerListeners = new Set<(event: PeerEvent) => void>()
  readonly #services: Services
  /** Where connected peers were dialed, also when what stays is a link that they have dialed. */
  readonly #dialedAt = new Map<PeerId, string>()
  #listener: Listener | undefined
  #cancelWatches: readonly Cancel[] = []

  constructor(options: TlsTransportOptions) {
    const { hostKey, certificate, clock, random, log, onOwnIdentity } = options
    this.self = peerIdOf(hostKey)
    this.#options = options
    this.#identity = { key: hostKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: certificate }
    this.#refusals = new Refusals(clock, log)
    this.#services = new Services(log)
    const [identity, refusals] = [this.#identity, this.#refusals]
    const { strangers } = options
    const gate = { self: this.self, member: options, random, refusals, onOwnIdentity, ...(strangers && { strangers }) }
    this.#entrance = new Entrance({ identity, ...gate })
    this.#links = new Links(this.self, clock, (event) => this.#changed(event))
    this.liveness = new Liveness(clock, contactOver(this.#links))
    this.#listens = new ListenAddresses(this, clock, () => this.addresses())
  }

  async listen(): Promise<void> {
    const { host, port, clock, log, keys } = this.#options
    this.#listener = await Listener.open({
      identity: this.#identity,
      host,
      port,
      refusals: this.#refusals,
      onConnection: (socket, peer, purpose, admitted) => void this.#accept(socket, peer, purpose, admitted),
    })
    this.#cancelWatches = [
      keepAlive(clock, () => this.#links.all(), log),
      watchOutsiders(
        clock,
        () => this.#admitted.outsiders(this.#links.peers(), keys()),
        (peer) => this.#cut(peer),
      ),
    ]
  }

  /** The TCP port that is listened on. */
  listenPort(): number {
    return this.#listener?.port ?? 0
  }

  /** Where others can dial this host, each with its peer id. */
  addresses(): readonly string[] {
    return (this.#listener?.addresses() ?? []).map((address) => `${address}/p2p/${this.self}`)
  }

  /** TLS connections that are admitted: two for each peer, once nothing is one too many. */
  connectionCount(): number {
    return this.#links.all().length
  }

  /** How many connections came to nothing at admission, by reason. */
  refusalCounts(): Readonly<Record<Refusal, number>> {
    return this.#refusals.counts()
  }

  async dial(address: string, signal?: AbortSignal): Promise<PeerId> {
    const parsed = parseAddress(address)
    if (parsed === undefined) throw new Error(`not an address of the mesh: ${address}`)
    if (parsed.peer === this.self) throw new OwnAddressError(address)
    try {
      const [asking, answering] = await this.#entrance.dial(parsed, signal)
      this.#join(asking)
      this.#join(answering)
      return asking.connection.peer
    } catch (error) {
      if (error instanceof OwnAddressError) throw new OwnAddressError(address)
      throw new Error(`${address}: ${dialFailure(error)}`, { cause: error })
    }
  }

  onPeer(listener: (event: PeerEvent) => void): Cancel {
    this.#peerListeners.add(listener)
    return () => this.#peerListeners.delete(listener)
  }

  async openStream(peer: PeerId, protocol: string, signal?: AbortSignal): Promise<PeerStream> {
    const first = this.#links.toAsk(peer)
    if (first === undefined) throw new Error(`not connected to ${peer}`)
    const open = async (connection: MeshConnection): Promise<PeerStream> => {
      const stream = await connection.openStream(protocol, signal)
      if (stream === undefined) throw new Error(`${peer} does not speak ${protocol}`)
      return stream
    }
    try {
      return await open(first)
    } catch (error) {
      // One that is on its way out takes no notice of what is asked last; another may be there.
      const other = this.#links.toAsk(peer)
      if (!(error instanceof RefusedStreamError) || other === undefined || other === first) throw error
      return open(other)
    }
  }

  handle(protocol: string, serve: (stream: PeerStream) => Promise<void>): void {
    this.#services.handle(protocol, serve)
  }

  peers(): readonly ConnectedPeer[] {
    return this.#links.peers().map((id) => {
      const connections = this.#links.with(id)
      const seen = connections.map(({ remoteAddress, dialed }) => ({ remoteAddress, outbound: dialed }))
      const dialedAt = this.#dialedAt.get(id)
      if (dialedAt !== undefined) seen.unshift({ remoteAddress: dialedAt, outbound: true })
      const dialable = dialableAddresses(id, seen, this.#listens.of(id))
      return { id, address: seen.at(-1)?.remoteAddress ?? '', dialable }
    })
  }

  disconnect(peer: PeerId): void {
    for (const connection of this.#links.with(peer)) connection.close(new Error('this host has hung up'))
  }

  async close(): Promise<void> {
    const reason = new Error('this host is closing')
    for (const cancel of this.#cancelWatches) cancel()
    this.#entrance.close(reason)
    for (const connection of this.#links.all()) connection.close(reason)
    await this.#listener?.close()
  }

  async #accept(socket: TLSSocket, peer: PeerId, purpose: Purpose, admitted: () => void): Promise<void> {
    const passed = await this.#entrance.accept(socket, peer, purpose)
    if (passed === undefined) return
    admitted()
    this.#join(passed)
  }

  #join({ connection, linkId, key }: Passed): void {
    this.#admitted.note(connection.peer, key)
    this.#options.strangers?.forget(connection.remoteAddress)
    if (connection.dialed) this.#dialedAt.set(connection.peer, connection.remoteAddress)
    if (!connection.asks) connection.serve((protocol, raw) => void this.#services.serve(connection.peer, protocol, raw))
    // How long that takes is wanted once the other side leaves a question unanswered.
    if (this.#links.add(connection, linkId)) void connection.answersPing()
  }

  /** Members by a key that is gone may come again, and prove another. */
  #cut(peer: PeerId): void {
    this.#options.log.warn({ peer }, 'cut off: the key that this host proved is no longer in hmac_keys')
    for (const connection of this.#links.with(peer)) connection.close(new Error('hmac_keys has changed'))
  }

  #changed(event: PeerEvent): void {
    if (event.type === 'down') {
      this.#admitted.forget(event.peer)
      this.liveness.forget(event.peer)
      this.#listens.forget(event.peer)
      this.#dialedAt.delete(event.peer)
    } else this.#listens.learn(event.peer)
    for (const listener of [...this.#peerListeners]) listener(event)
  }
}
