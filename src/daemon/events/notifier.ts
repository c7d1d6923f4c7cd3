/**
 * The hooks in notify.d: each event is one JSON document on their standard input. They run beside everything else, one
 * at a time, and what they do stops nothing.
 */
import { type Clock, endIfBroken, IsconfError, isoTime, type Log, toIsconfError } from '../../base/index.ts'
import type { DomainEvent } from '../../control/index.ts'
import { lastLine, type Machine, OutputTail } from '../../machine/index.ts'
import type { EventBus } from './event-bus.ts'

/** Nobody waits longer than this for a hook. */
export const hookMsMax = 30_000
/** How many events may wait for their turn: those of an `up` of five hundred operations. */
export const waitingMax = 1_000
/** How long the list of hooks is used before it is read again: an `up` tells many events a second. */
const hooksMsMax = 1_000

export interface NotifierDeps {
  readonly events: EventBus
  readonly machine: Pick<Machine, 'hooks' | 'runBeside'>
  readonly clock: Clock
  readonly log: Log
  readonly domain: string
  /** The name of this host, as it is now. */
  readonly host: () => string
  /** Whether this host is the one that runs hooks for what is about the domain. */
  readonly isForDomain: () => boolean
}

/** How hooks have done since the daemon was started. */
export interface NotifyCounts {
  /** Runs of hooks that did not end well. */
  readonly failures: number
  /** Events for which no hook was run because too many waited. */
  readonly dropped: number
}

export class Notifier {
  readonly #deps: NotifierDeps
  readonly #waiting: DomainEvent[] = []
  readonly #stop = new AbortController()
  /** What is wrong with a hook, or, under an empty path, with their directory. */
  readonly #troubleByPath = new Map<string, string>()
  #hooks: { readonly paths: readonly string[]; readonly atMs: number } | undefined
  #isRunning = false
  #failures = 0
  #dropped = 0
  #leave: () => void = () => undefined

  constructor(deps: NotifierDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#leave = this.#deps.events.listen((event) => this.#hear(event))
  }

  /** Ends the hook that runs, and drops the events that wait. */
  stop(): void {
    this.#leave()
    this.#waiting.length = 0
    this.#stop.abort(new IsconfError('INTERRUPTED', 'the daemon stops'))
  }

  get counts(): NotifyCounts {
    return { failures: this.#failures, dropped: this.#dropped }
  }

  /** What is wrong now, for status. */
  warnings(): readonly string[] {
    const { length } = this.#waiting
    const late = length >= waitingMax ? [`${length} events wait for the notify hooks, and more are dropped`] : []
    return [...this.#troubleByPath.values(), ...late]
  }

  #hear(event: DomainEvent): void {
    if (event.scope === 'domain' && !this.#deps.isForDomain()) return
    if (this.#waiting.length >= waitingMax) {
      if (this.#dropped === 0)
        this.#deps.log.warn({}, `${waitingMax} events wait for the notify hooks: more are dropped`)
      this.#dropped += 1
      return
    }
    this.#waiting.push(event)
    if (!this.#isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    try {
      for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
        for (const path of await this.#hooksNow()) await this.#notify(path, event)
      }
    } finally {
      this.#isRunning = false
    }
  }

  async #hooksNow(): Promise<readonly string[]> {
    const nowMs = this.#deps.clock.monotonicMs()
    if (this.#hooks && nowMs - this.#hooks.atMs < hooksMsMax) return this.#hooks.paths
    let paths: readonly string[] = []
    try {
      paths = await this.#deps.machine.hooks('notify')
      this.#troubleByPath.delete('')
    } catch (thrown) {
      endIfBroken(thrown)
      this.#note('', `no notify hook is run: ${toIsconfError(thrown).message}`)
    }
    for (const path of this.#troubleByPath.keys())
      if (path !== '' && !paths.includes(path)) this.#troubleByPath.delete(path)
    this.#hooks = { paths, atMs: nowMs }
    return paths
  }

  async #notify(path: string, event: DomainEvent): Promise<void> {
    if (this.#stop.signal.aborted) return
    const reason = await this.#reasonOfFailure(path, event)
    if (reason === undefined) {
      if (this.#troubleByPath.delete(path)) this.#deps.log.info({ hook: path }, `notify hook ${path}: works again`)
      return
    }
    this.#failures += 1
    this.#note(path, `notify hook ${path}: ${reason}`, ` (${event.type}, ${isoTime(this.#deps.clock)})`)
  }

  /** Said once in the log, not for each event anew. */
  #note(path: string, text: string, when = ''): void {
    const known = this.#troubleByPath.get(path)
    if (!known?.startsWith(text)) this.#deps.log.warn({ ...(path !== '' && { hook: path }) }, text)
    this.#troubleByPath.set(path, `${text}${when}`)
  }

  /** Runs it; undefined when it ended well. */
  async #reasonOfFailure(path: string, event: DomainEvent): Promise<string | undefined> {
    const { clock, machine, domain, host } = this.#deps
    const env = { IS_HOOK: 'notify', IS_EVENT: event.type, IS_BRANCH: event.branch ?? '' }
    const input = `${JSON.stringify({ version: 1, domain, toldBy: host(), ...event })}\n`
    const tail = new OutputTail([])
    const limit = new AbortController()
    const cancel = clock.after(hookMsMax, () => limit.abort(new IsconfError('INTERRUPTED', 'it took too long')))
    try {
      const signal = AbortSignal.any([limit.signal, this.#stop.signal])
      const { output } = tail.listening({ output: () => undefined })
      const { status } = await machine.runBeside({ argv: [path], cwd: '/', env, input }, output, signal)
      if (status === 0) return undefined
      const end = tail.end()
      const line = end && lastLine(end)
      return `it ended with exit status ${status}${line === undefined ? '' : `: ${line}`}`
    } catch (thrown) {
      endIfBroken(thrown)
      if (this.#stop.signal.aborted) return undefined
      return limit.signal.aborted ? `it took longer than ${hookMsMax / 1_000} seconds` : toIsconfError(thrown).message
    } finally {
      cancel()
    }
  }
}
