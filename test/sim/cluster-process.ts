/**
 * One run of a daemon: everything it was handed is let go when it dies. A
 * process that is dead does nothing any more; its promises are never settled,
 * where those of a disk that fails would be.
 */
import type { Cancel, Clock, Disk, DiskFile, FileAccess } from '../../src/base/index.ts'
import type { Machine } from '../../src/machine/machine.ts'
import { PowerFailure } from './disk.ts'

export class SimProcess {
  #alive = true
  readonly #onPowerFailure: () => void
  #resolveDead: () => void = () => undefined
  /** Resolves when the process is no more. */
  readonly dead: Promise<void>

  /** `onPowerFailure` hears that the disk has lost its power in the middle of a write. */
  constructor(onPowerFailure: () => void) {
    this.#onPowerFailure = onPowerFailure
    this.dead = new Promise((resolve) => {
      this.#resolveDead = resolve
    })
  }

  get alive(): boolean {
    return this.#alive
  }

  die(): void {
    this.#alive = false
    this.#resolveDead()
  }

  /** The result of `work` as long as the process lives. */
  async #living<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await work
      if (this.#alive) return result
    } catch (error) {
      if (this.#alive && !(error instanceof PowerFailure)) throw error
      if (this.#alive) this.#onPowerFailure()
    }
    return new Promise<T>(() => undefined)
  }

  /** The same object, whose calls are never answered once the process is dead. */
  #bound<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        return (...words: unknown[]): unknown => {
          if (!this.#alive) return new Promise(() => undefined)
          const result: unknown = value.apply(target, words)
          return result instanceof Promise ? this.#living(result) : result
        }
      },
    })
  }

  disk(disk: Disk): Disk {
    const bound = this.#bound(disk)
    const open = async (path: string, access: FileAccess): Promise<DiskFile> =>
      this.#bound(await bound.open(path, access))
    return new Proxy(bound, { get: (_, name) => (name === 'open' ? open : Reflect.get(bound, name, bound)) })
  }

  machine(machine: Machine): Machine {
    return this.#bound(machine)
  }

  /** The clock; wall time is this host's own. */
  clock(clock: Clock, wallOffsetMs: () => number): Clock {
    return {
      wallMs: () => clock.wallMs() + wallOffsetMs(),
      monotonicMs: () => clock.monotonicMs(),
      after: (delayMs, run): Cancel =>
        clock.after(delayMs, () => {
          if (this.#alive) run()
        }),
    }
  }
}
