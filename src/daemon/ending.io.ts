/** How a daemon comes to its end. */

/** Why the daemon ended: it was told to, or it is to be started again, most often because its program was replaced. */
export type DaemonEnd = 'stopped' | 'replaced'

/** What ends the daemon. A stop, also in the middle of a restart, is a stop. */
export class Ending {
  reason = ''
  #stop: (end: DaemonEnd) => void = () => undefined
  #replace: () => void = () => undefined
  readonly #stopped = new Promise<DaemonEnd>((resolve) => {
    this.#stop = resolve
  })
  readonly #replaced = new Promise<void>((resolve) => {
    this.#replace = resolve
  })

  constructor() {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => this.stop(signal, 'stopped'))
  }

  /** At once: what is under way is interrupted. */
  stop(reason: string, end: DaemonEnd): void {
    this.reason = reason
    this.#stop(end)
  }

  /** When nothing is under way. */
  replace(): void {
    this.reason ||= 'the program was replaced'
    this.#replace()
  }

  /** Resolves at the end; before the program is replaced `letGo` is waited for. */
  async wait(letGo: () => Promise<void>): Promise<DaemonEnd> {
    const replaced = this.#replaced.then(letGo).then((): DaemonEnd => 'replaced')
    return Promise.race([this.#stopped, replaced])
  }
}
