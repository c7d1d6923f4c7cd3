/** The one thing at a time that changes this host, and how it is stopped. */
import { IsconfError } from '../base/index.ts'
import type { ControlEvent } from '../control/index.ts'

export class OneAtATime {
  #verb: string | undefined
  #caller: string | undefined
  #abort = new AbortController()
  #done: Promise<unknown> = Promise.resolve()

  /** What is under way. */
  get verb(): string | undefined {
    return this.#verb
  }

  /** Whether nothing is under way. */
  get isIdle(): boolean {
    return this.#verb === undefined
  }

  begin(verb: string, caller: string | undefined, work: (signal: AbortSignal) => Promise<ControlEvent>): Run {
    if (this.#verb) {
      const busy = new IsconfError('BUSY', `this host is busy with \`isconf ${this.#verb.replace('-', ' ')}\``)
      return { done: Promise.reject(busy), interrupt: () => undefined }
    }
    const abort = new AbortController()
    this.#verb = verb
    this.#caller = caller
    this.#abort = abort
    const done = work(abort.signal).finally(() => {
      this.#verb = undefined
    })
    this.#done = done.catch(() => undefined)
    return { done, interrupt: () => interrupt(abort, verb) }
  }

  /**
   * Interrupts what `caller` asked for, or whatever is under way. Returns what that was; null if nothing is under way.
   */
  interrupt(caller?: string): string | null {
    if (this.#verb === undefined || (caller !== undefined && caller !== this.#caller)) return null
    interrupt(this.#abort, this.#verb)
    return this.#verb
  }

  async whenIdle(): Promise<void> {
    while (!this.isIdle) await this.#done
  }

  /** Interrupts what is under way and waits for its end. */
  async end(): Promise<void> {
    this.interrupt()
    await this.#done
  }
}

export interface Run {
  readonly done: Promise<ControlEvent>
  readonly interrupt: () => void
}

/** Stops what runs under `abort`. */
export function interrupt(abort: AbortController, verb: string): void {
  abort.abort(new IsconfError('INTERRUPTED', `\`isconf ${verb}\` was interrupted`))
}
