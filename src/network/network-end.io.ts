/** The network process's end of the channel: it runs the mesh, and does what the daemon says. */
import { createPrivateKey } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { systemClock as clock } from '../base/clock.io.ts'
import { type Cancel, IsconfError, release } from '../base/index.ts'
import { systemRandom as random } from '../base/random.io.ts'
import { type MappedMemory, systemCalls } from '../machine/index.ts'
import { LocalDiscovery, OwnAddressError, openTls, Strangers } from '../mesh/index.ts'
import { Channel } from './channel.ts'
import type { ChannelStream } from './channel-stream.ts'
import { connectionNumber, HandedOver, laneNumber, type Take } from './handed-over.ts'
import { mapLent } from './lent-memory.io.ts'
import { askOver } from './local/ask.ts'
import { LocalServers } from './local/servers.io.ts'
import type { FromNetwork, NetworkSettings, NetworkStart, ToNetwork } from './messages.ts'
import { NetworkStreams } from './network-streams.ts'
import { type OwnServices, ownServices } from './own-services.ts'
import { logOver, Reports, shortText } from './reports.ts'
import { RootFiles } from './root-files.io.ts'

type AboutPeers = Extract<
  ToNetwork,
  { type: 'handle' | 'dial' | 'stop dialing' | 'fetch lane' | 'fetch files' | 'ping' | 'disconnect' }
>
type Mesh = Awaited<ReturnType<typeof openTls>>

const isStarting = 'the network process is starting'

export class NetworkEnd {
  readonly #channel: Channel
  readonly #strangers = new Strangers(clock, () => this.#reports.soon())
  readonly #reports = new Reports({
    clock,
    send: (message) => this.#send(message),
    strangers: () => this.#strangers.all(),
  })
  readonly #dials = new Map<number, AbortController>()
  #settings: NetworkSettings | undefined
  #mesh: Mesh | undefined
  #around: Parameters<typeof LocalDiscovery.open>[0] | undefined
  #discovery: Promise<LocalDiscovery> | undefined
  readonly #keyListeners = new Set<() => void>()
  readonly #local = new LocalServers({
    clock,
    log: logOver((message) => this.#send(message)),
    send: (message) => this.#send(message),
    ask: (question) => askOver(this.#channel)(question),
  })
  #streams: NetworkStreams | undefined
  readonly #handedOver: HandedOver | undefined
  readonly #files: RootFiles | undefined
  /** What is answered here, and not by the daemon. */
  readonly #ownByProtocol: OwnServices | undefined

  /** `onOver` hears that there is no daemon any more. With `take` the daemon hands over the files that are asked for. */
  constructor(socket: Duplex, onOver: (reason: Error) => void, take?: Take) {
    const onMessage = (message: unknown): void => this.#hear(message as ToNetwork)
    const onOpen = (stream: ChannelStream, protocol: string): void => this.#asks(stream, protocol)
    this.#channel = new Channel({ socket, numbers: 'even', clock, onMessage, onOpen, onOver })
    this.#send({ type: 'hello', release })
    if (take === undefined) return
    const handedOver = new HandedOver(take)
    this.#handedOver = handedOver
    this.#files = new RootFiles({ handedOver, clock, send: (message) => this.#send(message) })
    this.#ownByProtocol = ownServices(this.#files, clock, (message) => this.#send(message))
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    this.#reports.end()
    await this.#local.close()
    ;(await this.#discovery)?.close()
    await this.#mesh?.close()
    this.#channel.close(new Error('closed'))
  }

  #send(message: FromNetwork): void {
    this.#channel.send(message)
  }

  #hear(message: ToNetwork): void {
    switch (message.type) {
      case 'start':
        void this.#start(message)
        return
      case 'settings':
        this.#settings = message
        this.#discover()
        for (const listener of this.#keyListeners) listener()
        return
      case 'alive':
        this.#send({ type: 'alive' })
        // The addresses of this machine change without a word.
        this.#reports.soon()
        return
      case 'close':
        void this.close()
        return
      case 'serve':
        void this.#local.serve(message)
        return
      case 'connection':
        this.#local.take(message.connection, this.#handedOver?.of(connectionNumber(message.connection)))
        return
      case 'handover':
        return
      case 'held':
      case 'files':
        this.#files?.hear(message)
        return
      default:
        if (this.#mesh !== undefined && this.#streams !== undefined) this.#do(message, this.#mesh, this.#streams)
        else if (message.type === 'dial')
          this.#send({ type: 'not dialed', dial: message.dial, isOwn: false, text: isStarting })
    }
  }

  #asks(stream: ChannelStream, protocol: string): void {
    if (this.#streams === undefined) stream.abort(new Error(isStarting))
    else void this.#streams.asks(stream, protocol)
  }

  #do(message: AboutPeers, mesh: Mesh, streams: NetworkStreams): void {
    switch (message.type) {
      case 'handle':
        mesh.handle(
          message.protocol,
          this.#ownByProtocol?.get(message.protocol) ?? ((stream) => streams.asked(stream, message.protocol)),
        )
        return
      case 'dial':
        void this.#dial(mesh, message.dial, message.address)
        return
      case 'stop dialing':
        this.#dials.get(message.dial)?.abort(new Error('not wanted any more'))
        return
      case 'fetch lane':
      case 'fetch files':
        streams.fetch(message)
        return
      case 'ping': {
        const { peer } = message
        const { contact } = mesh.liveness
        contact.ping(peer, () => this.#send({ type: 'pong', peer, roundTripMs: contact.roundTripMs(peer) }))
        return
      }
      case 'disconnect':
        mesh.disconnect(message.peer)
    }
  }

  async #start({ hostKey, certificate, host, port, domain, ...settings }: NetworkStart): Promise<void> {
    this.#settings = settings
    const keys = (): NetworkSettings['keys'] => this.#settings?.keys ?? settings.keys
    const onKeys = (listener: () => void): Cancel => {
      this.#keyListeners.add(listener)
      return () => this.#keyListeners.delete(listener)
    }
    const log = logOver((message) => this.#send(message))
    const strangers = this.#strangers
    try {
      const mesh = await openTls({
        ...{ hostKey: createPrivateKey(hostKey), certificate, host, port, clock, random, log, strangers },
        ...{ domain, keys, onKeys },
        setSegmentMax: systemCalls().calls?.setSegmentMax,
        onFacts: () => this.#reports.soon(),
        onOwnIdentity: (address) => this.#send({ type: 'own key', address }),
      })
      this.#mesh = mesh
      const lent = (stream: number): MappedMemory | undefined => mapLent(this.#handedOver?.of(laneNumber(stream)))
      this.#streams = new NetworkStreams({ channel: this.#channel, transport: mesh, clock, lent })
      const wanted = (): number | undefined => this.#settings?.wanted
      this.#around = { transport: mesh, domain, host, port, wanted, onKeys, strangers, clock, random, log }
      this.#discover()
      this.#reports.begin(mesh)
      this.#send({ type: 'ready' })
    } catch (error) {
      const known = error instanceof IsconfError ? error.code : undefined
      const code = known === 'PORT_TAKEN' || known === 'PORT_FORBIDDEN' ? known : 'NETWORK_PROCESS'
      this.#send({ type: 'failed', code, text: shortText(error) })
    }
  }

  #discover(): void {
    if (this.#settings?.discovers && this.#around) this.#discovery ??= LocalDiscovery.open(this.#around)
  }

  async #dial(mesh: Mesh, dial: number, address: string): Promise<void> {
    const dialing = new AbortController()
    this.#dials.set(dial, dialing)
    try {
      this.#send({ type: 'dialed', dial, peer: await mesh.dial(address, dialing.signal) })
    } catch (error) {
      this.#send({ type: 'not dialed', dial, isOwn: error instanceof OwnAddressError, text: shortText(error) })
    } finally {
      this.#dials.delete(dial)
      this.#reports.soon()
    }
  }
}
