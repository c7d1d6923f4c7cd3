/** The mesh's Transport on Node's own TLS and HTTP/2. */
import type { Cancel } from '../base/index.ts'
import { parseAddress, parseRelayed } from './address.ts'
import { AdmissionTurns } from './admission-turns.ts'
import { Admitted, watchOutsiders } from './admitted.ts'
import { ByteConnections } from './byte-connections.io.ts'
import type { ConnectionFacts, MeshConnection } from './connection.io.ts'
import { contactOver } from './contact.ts'
import { dialFailure } from './dial.io.ts'
import { Entrance } from './entrance.io.ts'
import { FileConnections } from './file-connections.ts'
import type { Passed } from './gate.io.ts'
import { keepAlive } from './keep-alive.ts'
import { Links } from './links.ts'
import { Listener } from './listener.io.ts'
import { Liveness } from './liveness.ts'
import { openForFile, openOnLink } from './open-stream.io.ts'
import { PeerAddresses } from './peer-addresses.ts'
import { peerIdOf } from './peer-id.ts'
import { type Refusal, Refusals } from './refusals.ts'
import { serveRelays } from './relayed-tls.io.ts'
import { Services } from './services.io.ts'
import { bytesPurpose, filesPurpose, type TlsIdentity } from './tls.io.ts'
import type { TlsTransportOptions } from './tls-transport-options.ts'
import type { ConnectedPeer, FileTransport, Opening, PeerEvent, PeerId, PeerStream } from './transport.ts'
import { OwnAddressError } from './transport.ts'

export class TlsTransport implements FileTransport {
  readonly self: PeerId
  readonly liveness: Liveness
  readonly #options: TlsTransportOptions
  readonly #identity: TlsIdentity
  readonly #refusals: Refusals
  readonly #admitted = new Admitted()
  readonly #turns: AdmissionTurns
  readonly #entrance: Entrance
  readonly #links: Links<MeshConnection>
  readonly #files: FileConnections<MeshConnection>
  readonly #bytes: ByteConnections
  readonly #peerAddresses: PeerAddresses
  readonly #peerListeners = new Set<(event: PeerEvent) => void>()
  readonly #services: Services
  #listener: Listener | undefined
  #cancelWatches: readonly Cancel[] = []

  constructor(options: TlsTransportOptions) {
    const { hostKey, certificate, clock, random, log, onOwnIdentity, strangers, onFacts = () => undefined } = options
    this.self = peerIdOf(hostKey)
    this.#options = options
    this.#identity = { key: hostKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: certificate }
    this.#refusals = new Refusals(clock, log)
    this.#services = new Services(log)
    this.#turns = new AdmissionTurns(clock, random)
    const [identity, refusals, turns] = [this.#identity, this.#refusals, this.#turns]
    const gate = { self: this.self, member: options, random, refusals, turns, onOwnIdentity, strangers }
    this.#entrance = new Entrance({ identity, ...gate, admitted: this.#admitted, transport: this })
    this.#links = new Links(this.self, clock, (event) => this.#changed(event))
    this.liveness = new Liveness(clock, contactOver(this.#links))
    this.#peerAddresses = new PeerAddresses(this, this.#links, clock, () => this.addresses(), onFacts)
    const dialFiles = (peer: PeerId, at = this.#peerAddresses.dialable(peer)) => this.#entrance.dialFiles(at)
    this.#files = new FileConnections(clock, dialFiles)
    const connections = (): readonly MeshConnection[] => this.#connections()
    this.#bytes = new ByteConnections({ identity, clock, services: this.#services, connections })
    serveRelays(this, identity, this.#links, (facts) => this.#accept(facts))
  }

  async listen(): Promise<void> {
    const { host, port, clock, log, keys, onKeys, setSegmentMax } = this.#options
    this.#listener = await Listener.open({
      ...{ host, port, log, setSegmentMax, identity: this.#identity, refusals: this.#refusals, turns: this.#turns },
      onConnection: (facts, admitted) => void this.#accept(facts, admitted),
    })
    this.#cancelWatches = [
      keepAlive(clock, () => this.#connections(), log),
      watchOutsiders(
        onKeys,
        () => this.#admitted.outsiders(this.#bytes.peersWith(this.#connections()), keys()),
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

  /** Admitted connections of the links: two for each peer, once there is no surplus link. */
  connectionCount(): number {
    return this.#links.all().length
  }

  /** Admitted connections for files, dialed here or there. */
  fileConnectionCount(): number {
    return this.#files.all().length
  }

  /** How many connections failed at admission, by reason. */
  refusalCounts(): Readonly<Record<Refusal, number>> {
    return this.#refusals.counts()
  }

  async dial(address: string, signal?: AbortSignal): Promise<PeerId> {
    const parsed = parseAddress(address) ?? parseRelayed(address)
    if (parsed === undefined) throw new Error(`not an address of the mesh: ${address}`)
    if (parsed.peer === this.self) throw new OwnAddressError(address)
    try {
      const link = await this.#entrance.dial(parsed, signal)
      for (const passed of link) this.#join(passed)
      return link[0].connection.peer
    } catch (error) {
      if (error instanceof OwnAddressError) throw new OwnAddressError(address)
      throw new Error(`${address}: ${dialFailure(error)}`, { cause: error })
    }
  }

  onPeer(listener: (event: PeerEvent) => void): Cancel {
    this.#peerListeners.add(listener)
    return () => this.#peerListeners.delete(listener)
  }

  openStream(peer: PeerId, protocol: string, opening?: Opening): Promise<PeerStream> {
    return openOnLink(this.#links, peer, protocol, opening)
  }

  openFileStream(...want: Parameters<FileTransport['openFileStream']>): Promise<PeerStream> {
    return openForFile({ files: this.#files, links: this.#links, bytes: this.#bytes, at: this.#peerAddresses }, ...want)
  }

  handle(protocol: string, serve: (stream: PeerStream) => Promise<void>): void {
    this.#services.handle(protocol, serve)
  }

  peers(): readonly ConnectedPeer[] {
    return this.#links.peers().map((id) => this.#peerAddresses.connected(id))
  }

  disconnect(peer: PeerId): void {
    this.#hangUp(peer, new Error('this host has hung up'))
  }

  async close(): Promise<void> {
    for (const cancel of this.#cancelWatches) cancel()
    const reason = new Error('this host is closing')
    this.#entrance.close(reason)
    for (const connection of this.#connections()) connection.close(reason)
    this.#bytes.hangUp()
    await this.#listener?.close()
  }

  async #accept(facts: Omit<ConnectionFacts, 'dialed'>, admitted?: () => void): Promise<void> {
    if (facts.purpose === bytesPurpose) return this.#bytes.accept(facts.socket, facts.peer, admitted)
    const passed = await this.#entrance.accept(facts)
    if (passed === undefined) return
    admitted?.()
    this.#join(passed)
  }

  #join({ connection, linkId }: Passed): void {
    this.#options.strangers?.forget(connection.remoteAddress)
    if (!connection.asks) connection.serve((protocol, raw) => void this.#services.serve(connection.peer, protocol, raw))
    if (connection.dialed && !connection.isRelayed)
      this.#peerAddresses.noteDialed(connection.peer, connection.remoteAddress)
    if (connection.purpose === filesPurpose)
      this.#files.accept(connection, this.#links.best(connection.peer) !== undefined)
    // How long that takes is wanted once the other side leaves a question unanswered.
    else if (this.#links.add(connection, linkId)) void connection.answersPing()
  }

  /** Members admitted by a key that is gone may come again and prove another. */
  #cut(peer: PeerId): void {
    this.#options.log.warn({ peer }, 'cut off: the key that this host proved is no longer in hmac_keys')
    this.#hangUp(peer, new Error('hmac_keys has changed'))
  }

  #hangUp(peer: PeerId, reason: Error): void {
    for (const connection of this.#links.with(peer)) connection.close(reason)
    this.#files.hangUp(peer, reason)
    this.#bytes.hangUp(peer)
  }

  #connections(): readonly MeshConnection[] {
    return [...this.#links.all(), ...this.#files.all()]
  }

  #changed(event: PeerEvent): void {
    if (event.type === 'down') {
      this.#admitted.forget(event.peer)
      this.liveness.forget(event.peer)
      this.#hangUp(event.peer, new Error('the peer is lost'))
      this.#peerAddresses.forget(event.peer)
    } else this.#peerAddresses.learn(event.peer)
    for (const listener of [...this.#peerListeners]) listener(event)
  }
}
