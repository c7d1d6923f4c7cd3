/** Requests that only read: any number at a time, beside the one that changes this host. */
import type { ControlEvent } from '../../control/index.ts'
import { interrupt, type Run } from '../one-at-a-time.ts'

export class ReadRequests {
  readonly #runByCaller = new Map<string, Run & { readonly verb: string }>()

  begin(verb: string, caller: string | undefined, work: (signal: AbortSignal) => Promise<ControlEvent>): Run {
    const abort = new AbortController()
    const run = { done: work(abort.signal), interrupt: () => interrupt(abort, verb), verb }
    if (caller === undefined) return run
    this.#runByCaller.set(caller, run)
    const forget = (): boolean => this.#runByCaller.delete(caller)
    run.done.then(forget, forget)
    return run
  }

  /** What was interrupted: only what `caller` asked for. */
  interrupt(caller: string | undefined): string | null {
    const run = caller === undefined ? undefined : this.#runByCaller.get(caller)
    run?.interrupt()
    return run?.verb ?? null
  }
}
