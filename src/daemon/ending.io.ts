/** How a daemon comes to its end. */
import { systemClock } from '../base/clock.io.ts'
import { errorKinds, type Log } from '../base/index.ts'
import type { OpenedDaemon } from './composition.io.ts'
import { putMark, removeMark } from './home.io.ts'
import type { ControlServer } from './http/control-server.io.ts'
import type { ServiceManager } from './service-manager.io.ts'
import type { Supervisor } from './supervisor.io.ts'

/** Why the daemon ended: it was told to, or it is to be started again, most often because its program was replaced. */
export type DaemonEnd = 'stopped' | 'replaced'

/** How long a clean stop may take before the process ends anyway. */
const stopMsMax = 15_000

export interface EndingDeps {
  readonly home: string
  readonly supervisor: Supervisor | undefined
  readonly manager: ServiceManager
  readonly log: Log
  /** The verb under way that may change the host. */
  readonly busyWith: () => string | undefined
}

/** Ends the daemon. A stop at once is a stop, even in the middle of a restart. */
export class Ending {
  readonly #deps: EndingDeps
  #reason = ''
  /** The service manager counts this daemon as ended already, and may have started the next one. */
  #isReleased = false
  #stop: (end: DaemonEnd) => void = () => undefined
  #endWhenIdle: (end: DaemonEnd) => void = () => undefined
  readonly #stopped = new Promise<DaemonEnd>((resolve) => {
    this.#stop = resolve
  })
  readonly #endedWhenIdle = new Promise<DaemonEnd>((resolve) => {
    this.#endWhenIdle = resolve
  })

  constructor(deps: EndingDeps) {
    this.#deps = deps
    let signals = 0
    const onSignal = async (signal: string): Promise<void> => {
      signals += 1
      if (signals > 1 || !(await this.#mayFinish(signal))) this.stop(signal, 'stopped')
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void onSignal(signal))
  }

  get reason(): string {
    return this.#reason
  }

  /** Ends the daemon at once, and interrupts what is under way. */
  stop(reason: string, end: DaemonEnd): void {
    this.#reason = reason
    this.#stop(end)
  }

  /** When nothing is under way any more. The first word counts. */
  whenIdle(reason: string, end: DaemonEnd): void {
    this.#reason ||= reason
    this.#endWhenIdle(end)
  }

  /** For `isconf stop`; `after` is the verb that finishes first, if any. */
  readonly onStop = (after: string | undefined): void => {
    if (after === undefined) this.stop('isconf stop', 'stopped')
    else this.whenIdle('isconf stop', 'stopped')
  }

  /**
   * For `isconf restart`; `after` is the verb that finishes first, if any. Whether this daemon ends to be started
   * again.
   */
  readonly onRestart = async (after: string | undefined): Promise<boolean> => {
    // Without a manager it is started again by itself after its work, and by who asks when it has none.
    if (!this.#deps.manager.isThere && after === undefined) return false
    await putMark(this.#deps.home)
    if (after === undefined) this.stop('isconf restart', 'replaced')
    else this.whenIdle('isconf restart', 'replaced')
    return true
  }

  /** Resolves when the daemon is certain to end: at once, or when `letGo` has let its callers finish. */
  wait(letGo: () => Promise<void> = async () => undefined): Promise<DaemonEnd> {
    const inPeace = this.#endedWhenIdle.then(async (end) => {
      await letGo()
      return end
    })
    return Promise.race([this.#stopped, inPeace])
  }

  /** Waits for the end, and closes everything in order. */
  async end(control: ControlServer, world: OpenedDaemon): Promise<DaemonEnd> {
    const { home, manager, log } = this.#deps
    const end = await this.wait(async () => {
      await control.whenIdle()
      await control.drain()
    })
    log.info({ reason: this.#reason }, 'stopping')
    const cancel = systemClock.after(stopMsMax, () => {
      log.error({}, 'the stop took too long')
      process.exit(end === 'replaced' ? errorKinds.PROGRAM_REPLACED.exit : 0)
    })
    // What is said now would be taken for the next daemon's word.
    if (!this.#isReleased) void manager.stopping()
    await control.close()
    await world.close()
    cancel()
    if (end === 'stopped' && !this.#isReleased) await removeMark(home)
    log.info({}, 'stopped')
    return end
  }

  /**
   * Whether what is under way may finish first. It may itself have asked for this, as a package's script does that
   * restarts the service, and would wait for ever. Not when the machine goes down: then it is stopped while that can
   * still be done in order.
   */
  async #mayFinish(signal: string): Promise<boolean> {
    const { home, supervisor, manager, log, busyWith } = this.#deps
    if (!supervisor || busyWith() === undefined || (await manager.isGoingDown())) return false
    const verb = busyWith()
    if (verb === undefined) return false
    log.info({}, `received ${signal}: ending as soon as \`isconf ${verb}\` has ended`)
    // The next daemon puts its own.
    await removeMark(home)
    this.#isReleased = true
    supervisor.release()
    this.whenIdle(signal, 'stopped')
    return true
  }
}
