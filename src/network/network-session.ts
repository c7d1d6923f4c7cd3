/**
 * The daemon's end of the channel, for the life of one network process. What that says is checked here, and its first
 * word that can't be is its end.
 */
import { type Cancel, IsconfError, release } from '../base/index.ts'
import type { PeerId } from '../mesh/index.ts'
import { Channel, noPeer } from './channel.ts'
import type { ChannelStream } from './channel-stream.ts'
import { FileAnswers, type HandOver } from './file-answers.ts'
import { type FromNetwork, fromNetworkSchema, type NetworkFacts, type ToNetwork } from './messages.ts'
import { serveStream } from './serve-stream.ts'
import { SessionDials } from './session-dials.ts'
import type { SessionOptions } from './session-options.ts'
import { factsOf, SessionPeers } from './session-peers.ts'
import { SessionStreams } from './session-streams.ts'
import { WireError } from './wire.ts'

/** Whether the process lives is asked so often, and it is ended after so many questions without an answer. */
const aliveEveryMs = 10_000
const unansweredMax = 3
/** Lines of the log that it may write in the time between two of these questions. */
const logLinesMax = 100

export class NetworkSession {
  readonly peers: SessionPeers
  /** Those that the daemon opens. */
  readonly streams: SessionStreams
  readonly #options: SessionOptions
  readonly #channel: Channel
  readonly #dials = new SessionDials((message) => this.send(message))
  readonly #hello = Promise.withResolvers<void>()
  readonly #ready = Promise.withResolvers<void>()
  readonly #files: FileAnswers
  /** What is done with each kind of message. */
  readonly #hearers: { readonly [Type in FromNetwork['type']]: (message: FromNetwork & { type: Type }) => void } = {
    hello: (hello) => this.#meet(hello.release),
    ready: () => this.#ready.resolve(),
    failed: ({ code, text }) => this.#ready.reject(new IsconfError(code, text)),
    dialed: ({ dial, peer }) => this.#dials.dialed(dial, peer),
    'not dialed': ({ dial, isOwn, text }) => this.#dials.notDialed(dial, isOwn, text),
    up: (message) => this.peers.up(factsOf(message)),
    peer: (message) => {
      if (this.peers.has(message.peer)) this.peers.up(factsOf(message))
    },
    down: ({ peer }) => this.peers.down(peer),
    pong: ({ peer, roundTripMs }) => this.peers.pong(peer, roundTripMs),
    alive: () => {
      this.#unanswered = 0
    },
    facts: (facts) => {
      this.#facts = facts
    },
    'file asked for': (message) => this.#files.askedFor(message),
    held: (question) => this.#files.held(question),
    files: (question) => this.#files.files(question),
    'own key': ({ address }) => this.#options.onOwnIdentity(address),
    log: ({ level, facts, text }) => {
      this.#logLines += 1
      if (this.#logLines <= logLinesMax) this.#options.log[level](facts, text)
    },
    'page served': (message) => this.#options.local.hear(message),
    'page not served': (message) => this.#options.local.hear(message),
    'connection over': ({ connection }) => this.#options.local.connections.over(connection),
    'local question': ({ stream, question }) =>
      void serveStream(this.#channel.accept(stream, noPeer), (inner) => this.#options.local.answer(question, inner)),
  }
  #isMet = false
  #cancelAlive: Cancel = () => undefined
  #unanswered = 0
  #logLines = 0
  #facts: NetworkFacts = { addresses: [], refused: 0, strangers: [] }

  constructor(options: SessionOptions) {
    this.#options = options
    this.peers = new SessionPeers((event) => {
      // How long a round trip is is wanted once the peer leaves a question unanswered.
      if (event.type === 'up') this.send({ type: 'ping', peer: event.peer })
      options.onPeer(event)
    })
    this.#hello.promise.catch(() => undefined)
    this.#ready.promise.catch(() => undefined)
    this.#files = new FileAnswers(options.files, options.handOver, (message) => this.send(message))
    this.#channel = new Channel({
      ...{ socket: options.socket, clock: options.clock, numbers: 'odd' },
      onMessage: (message) => this.#hear(fromNetworkSchema.parse(message)),
      onOpen: (stream, protocol) => this.#asked(stream, protocol),
      onData: (peer, bytes) => this.peers.heard(peer, bytes),
      onOver: (reason) => this.#over(reason),
    })
    this.streams = new SessionStreams({
      ...{ channel: this.#channel, peers: this.peers, lend: options.lend },
      send: (message) => this.send(message),
    })
    this.#askWhetherAlive()
  }

  /** Resolves when it is of this release, and may be told what is secret. NETWORK_RELEASE when it is of another one. */
  get hello(): Promise<void> {
    return this.#hello.promise
  }

  /** Resolves when the process listens; rejects when it can't, PORT_TAKEN when something else does already, PORT_FORBIDDEN when its user may not. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** What it has told last. */
  get facts(): NetworkFacts {
    return this.#facts
  }

  /** Hands open files over, where that can be done. */
  get handOver(): HandOver | undefined {
    return this.#options.handOver
  }

  send(message: ToNetwork): void {
    this.#channel.send(message)
  }

  ping(peer: PeerId, onAnswer: () => void): void {
    this.peers.onPong(peer, onAnswer)
    this.send({ type: 'ping', peer })
  }

  dial(address: string, signal?: AbortSignal): Promise<PeerId> {
    return this.#dials.dial(address, signal)
  }

  close(reason: Error): void {
    this.#channel.close(reason)
  }

  #hear(message: FromNetwork): void {
    if (message.type !== 'hello') this.#mustBeMet()
    const hear = this.#hearers[message.type] as (message: FromNetwork) => void
    hear(message)
  }

  /** A peer asks. */
  #asked(stream: ChannelStream, protocol: string): void {
    this.#mustBeMet()
    this.peers.heard(stream.peer, 1)
    void serveStream(stream, async () => {
      const serve = this.#options.serve(protocol)
      if (serve === undefined) throw new Error(`nothing answers ${protocol} here`)
      await serve(stream)
    })
  }

  #mustBeMet(): void {
    if (!this.#isMet) throw new WireError('it does not say of which release it is')
  }

  /** Both processes come from one package, so there is nothing to be understood between two releases. */
  #meet(its: string): void {
    if (its !== release) {
      const text = `the network process is of release ${its}, and this daemon of release ${release}`
      const error = new IsconfError('NETWORK_RELEASE', text)
      this.#hello.reject(error)
      throw error
    }
    this.#isMet = true
    this.#hello.resolve()
  }

  #askWhetherAlive(): void {
    this.#cancelAlive = this.#options.clock.after(aliveEveryMs, () => {
      if (this.#unanswered >= unansweredMax) return this.close(new Error('it has stopped answering'))
      this.#unanswered += 1
      this.#logLines = 0
      this.send({ type: 'alive' })
      this.#askWhetherAlive()
    })
  }

  #over(reason: Error): void {
    this.#cancelAlive()
    const lost = new Error(`the network process has ended: ${reason.message}`)
    this.#hello.reject(lost)
    this.#ready.reject(lost)
    this.#dials.fail(lost)
    for (const { id } of this.peers.all()) this.peers.down(id)
    this.#options.local.lost()
    this.#options.onOver(reason)
  }
}
