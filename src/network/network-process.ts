/** Has a network process run, and another one when it has ended, whatever it died of. */
import { type Cancel, type Clock, IsconfError, isoTime, type Log, within } from '../base/index.ts'
import type { NetworkFacts, NetworkSettings, NetworkStart } from './messages.ts'
import { NetworkSession } from './network-session.ts'
import type { NetworkProcess, SessionOptions } from './session-options.ts'

export interface RunningOptions extends Pick<SessionOptions, 'serve' | 'files' | 'local' | 'onPeer' | 'onOwnIdentity'> {
  /** What it is told at its start, but for what changes. */
  readonly start: Omit<NetworkStart, keyof NetworkSettings>
  /** What counts at this moment. */
  readonly settings: () => NetworkSettings
  readonly startProcess: () => Promise<NetworkProcess>
  /** Hears that only one of another release can be started: this daemon may have been replaced on disk. */
  readonly onOtherRelease: () => void
  /** Hears when the settings may be others. */
  readonly onSettings: (listener: () => void) => Cancel
  /** It listens. */
  readonly onReady: (session: NetworkSession) => void
  readonly clock: Clock
  readonly log: Log
}

/** On a slow machine a process takes a few seconds to start. */
const startMsMax = 30_000
/** How soon another one is started, and how late after many that have ended. */
const [againMsMin, againMsMax] = [500, 60_000]
/** One that has lived so long was a good one. */
const steadyMs = 60_000
const endMsMax = 3_000

export class RunningNetwork {
  readonly #options: RunningOptions
  #session: NetworkSession | undefined
  #isListening = false
  #process: NetworkProcess | undefined
  #facts: NetworkFacts = { addresses: [], refused: 0, strangers: [] }
  #toldSettings = ''
  #againMs = againMsMin
  #ends = 0
  #lastEnd: string | undefined
  #isOtherRelease = false
  #isClosing = false
  #cancelAgain: Cancel = () => undefined
  readonly #cancelSettings: Cancel

  private constructor(options: RunningOptions) {
    this.#options = options
    this.#cancelSettings = options.onSettings(() => this.tellSettings())
  }

  /** Resolves when the process listens. PORT_TAKEN when something else does already, NETWORK_RELEASE and NETWORK_PROCESS when there can be none. */
  static async start(options: RunningOptions): Promise<RunningNetwork> {
    const network = new RunningNetwork(options)
    try {
      await network.#start()
      return network
    } catch (error) {
      network.#cancelSettings()
      throw error
    }
  }

  /** The one that runs; undefined between two. */
  get session(): NetworkSession | undefined {
    return this.#session
  }

  /** Whether one runs that does what it is told: one that has only been started does not. */
  get isListening(): boolean {
    return this.#isListening
  }

  /** What was told last. */
  facts(): NetworkFacts {
    if (this.#isListening && this.#session !== undefined) this.#facts = this.#session.facts
    return this.#facts
  }

  /** What there is to say of processes that have ended: sentences for a person. */
  warnings(): readonly string[] {
    if (this.#lastEnd === undefined) return []
    const times = this.#ends === 1 ? 'once' : `${this.#ends} times`
    return [`the network process has ended ${times}, last at ${this.#lastEnd}; ${this.#wayOn()}`]
  }

  /** Passes settings on that have changed. */
  tellSettings(): void {
    // One that does not listen yet is told with its start, and again after it.
    if (!this.#isListening) return
    const now = this.#options.settings()
    const told = JSON.stringify(now)
    if (told === this.#toldSettings || this.#session === undefined) return
    this.#toldSettings = told
    this.#session.send({ type: 'settings', ...now })
  }

  async close(): Promise<void> {
    this.#isClosing = true
    this.#cancelAgain()
    this.#cancelSettings()
    this.#session?.send({ type: 'close' })
    await this.#endOf(this.#process)
  }

  async #start(): Promise<void> {
    const { clock, log, startProcess, onReady } = this.#options
    const startedMs = clock.monotonicMs()
    let over: Error | undefined
    const started = await startProcess()
    this.#process = started
    const session = new NetworkSession({
      ...{ ...this.#options, socket: started.socket, handOver: started.handOver, lend: started.lend, log },
      onOver: (reason) => {
        over = reason
        if (this.#isListening && this.#session === session) {
          void this.#lost(started, reason, clock.monotonicMs() - startedMs)
        }
      },
    })
    // From here on peers may come.
    this.#session = session
    try {
      await within(clock, startMsMax, this.#tellStart(session), () => {
        throw new Error(`it does not listen after ${startMsMax / 1_000} s`)
      })
      this.#isListening = true
      this.#isOtherRelease = false
      onReady(session)
      this.tellSettings()
      // It listened: whoever may have ended it is not to decide that there is to be none.
      if (over !== undefined) void this.#lost(started, over, clock.monotonicMs() - startedMs)
    } catch (error) {
      this.#session = undefined
      session.close(error as Error)
      const how = await this.#endOf(started)
      if (error instanceof IsconfError) throw error
      throw new IsconfError('NETWORK_PROCESS', `the network process did not start: ${how}`, { cause: error })
    }
  }

  /** Keys are for one of this release and nobody else. */
  async #tellStart(session: NetworkSession): Promise<void> {
    await session.hello
    const now = this.#options.settings()
    this.#toldSettings = JSON.stringify(now)
    session.send({ type: 'start', ...this.#options.start, ...now })
    await session.ready
  }

  /** Waits for its end, and ends it when that does not come. How it has ended. */
  async #endOf(started: NetworkProcess | undefined): Promise<string> {
    if (started === undefined) return ''
    const how = await within(this.#options.clock, endMsMax, started.ended, () => 'it had to be killed')
    started.socket.destroy()
    started.kill()
    return how
  }

  async #lost(lost: NetworkProcess, reason: Error, livedMs: number): Promise<void> {
    this.#facts = this.facts()
    this.#session = undefined
    this.#isListening = false
    if (this.#isClosing) return
    const { clock, log } = this.#options
    lost.kill()
    const how = await this.#endOf(lost)
    this.#ends += 1
    this.#lastEnd = `${isoTime(clock)} (${how}: ${reason.message})`
    if (livedMs >= steadyMs) this.#againMs = againMsMin
    log.error({ reason: reason.message, how }, 'the network process has ended; another one is started')
    this.#startAgain()
  }

  #startAgain(): void {
    if (this.#isClosing) return
    const { clock, log } = this.#options
    this.#cancelAgain = clock.after(this.#againMs, () => {
      this.#start().then(
        () => log.info({}, 'another network process runs'),
        (error: Error) => {
          this.#lastEnd = `${isoTime(clock)} (${error.message})`
          this.#isOtherRelease = error instanceof IsconfError && error.code === 'NETWORK_RELEASE'
          log.error({ error: error.message }, 'no other network process could be started; it is tried again')
          if (this.#isOtherRelease) this.#options.onOtherRelease()
          this.#startAgain()
        },
      )
    })
    this.#againMs = Math.min(againMsMax, 2 * this.#againMs)
  }

  #wayOn(): string {
    if (this.#isListening) return 'another one runs'
    if (this.#isOtherRelease) return 'nobody is reached until this daemon is of that release, too: isconf restart'
    return 'another one is started soon, and nobody is reached until then'
  }
}
