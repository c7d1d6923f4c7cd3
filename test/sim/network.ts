/**
 * A network in one process, driven by the clock and the chance that it is
 * handed: the second implementation of the mesh's Transport.
 *
 * What it may do: delay, cut and heal links, break connections, let a host go
 * silent without closing, lose the opening of a stream. What it never
 * does: reorder or alter the bytes of one stream, for TCP and TLS do not.
 */
import type { Clock, Random } from '../../src/base/index.ts'
import { chance } from './random.ts'
import { type NetworkFaults, type SimHostOptions, type SimMedium, SimTransport } from './sim-transport.ts'
import { Traffic } from './traffic.ts'

export { SimTransport } from './sim-transport.ts'

const calm: NetworkFaults = {
  latencyMsMin: 1,
  latencyMsMax: 5,
  resentRate: 0,
  resentMs: 1_000,
  lossRate: () => 0,
  answerLimitMs: 5_000,
}

export class SimNetwork implements SimMedium {
  readonly clock: Clock
  readonly random: Random
  readonly traffic = new Traffic()
  readonly #transportByName = new Map<string, SimTransport>()
  readonly #cuts = new Set<string>()
  readonly #silentNames = new Set<string>()
  #partByName: ReadonlyMap<string, number> | undefined
  #faults: NetworkFaults

  constructor(clock: Clock, random: Random, faults: Partial<NetworkFaults> = {}) {
    this.clock = clock
    this.random = random
    this.#faults = { ...calm, ...faults }
  }

  /** A host's transport, listening at `sim:NAME`. A name can be used again once its last transport is closed or crashed. */
  transport(name: string, options: SimHostOptions = {}): SimTransport {
    if (this.#transportByName.has(name)) throw new Error(`the simulated network already has a ${name}`)
    const transport = new SimTransport(this, name, options)
    this.#transportByName.set(name, transport)
    return transport
  }

  get faults(): NetworkFaults {
    return this.#faults
  }

  setFaults(faults: Partial<NetworkFaults>): void {
    this.#faults = { ...this.#faults, ...faults }
  }

  /** Nothing passes between the two until healed; the connections they have break. */
  cut(a: string, b: string): void {
    this.#cuts.add(pairKey(a, b))
    this.#breakUnreachable()
  }

  heal(a: string, b: string): void {
    this.#cuts.delete(pairKey(a, b))
  }

  /** Only hosts of the same part reach each other; a host that is in no part reaches nobody. Single cuts stay. */
  partition(parts: readonly (readonly string[])[]): void {
    this.#partByName = new Map(parts.flatMap((names, part) => names.map((name) => [name, part] as const)))
    this.#breakUnreachable()
  }

  /** Ends the partition and every cut, and wakes who hangs. */
  healAll(): void {
    this.#partByName = undefined
    this.#cuts.clear()
    for (const name of [...this.#silentNames]) this.wake(name)
  }

  /** The host stops answering without closing anything. */
  hang(name: string): void {
    this.#silentNames.add(name)
  }

  /** The host answers again, beginning with what it had not heard. */
  wake(name: string): void {
    this.#silentNames.delete(name)
    for (const transport of this.#transportByName.values()) transport.release()
  }

  // What follows is for SimTransport and Link.

  find(name: string): SimTransport | undefined {
    return this.#transportByName.get(name)
  }

  remove(transport: SimTransport): void {
    if (this.#transportByName.get(transport.name) !== transport) return
    this.#transportByName.delete(transport.name)
    this.#silentNames.delete(transport.name)
  }

  reachable(a: string, b: string): boolean {
    if (this.#cuts.has(pairKey(a, b))) return false
    const parts = this.#partByName
    return parts === undefined || (parts.has(a) && parts.get(a) === parts.get(b))
  }

  silent(a: string, b: string): boolean {
    return this.#silentNames.has(a) || this.#silentNames.has(b)
  }

  get latencyMsMax(): number {
    const { latencyMsMax, resentRate, resentMs } = this.#faults
    return latencyMsMax + (resentRate > 0 ? resentMs : 0)
  }

  latencyMs(): number {
    const { latencyMsMin, latencyMsMax, resentRate, resentMs } = this.#faults
    const latencyMs = latencyMsMin + this.random.below(latencyMsMax - latencyMsMin + 1)
    return resentRate > 0 && chance(this.random, resentRate) ? latencyMs + resentMs : latencyMs
  }

  /** Whether the opening of a stream is lost on its way. */
  loses(protocol: string): boolean {
    const rate = this.#faults.lossRate(protocol)
    return rate > 0 && chance(this.random, rate)
  }

  #breakUnreachable(): void {
    for (const transport of this.#transportByName.values()) {
      transport.breakLinks((otherName) => !this.reachable(transport.name, otherName))
    }
  }
}

function pairKey(a: string, b: string): string {
  return [a, b].sort().join(' ')
}
