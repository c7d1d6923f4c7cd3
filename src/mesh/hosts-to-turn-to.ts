/** Hosts that could be dialed when a neighbour is lost: HyParView's passive view. A state machine without clock and network. */
import { inAnyOrder, type Random } from '../base/index.ts'
import type { PeerId } from './transport.ts'

/** How many are remembered. */
const hostsMax = 32
const failuresMax = 2
/** How many hosts that did not answer are remembered, and not taken up again for a while. */
const failedMax = 128

/** A host that could be dialed. */
export interface Candidate {
  readonly peer: PeerId
  readonly address: string
}

interface HostToTurnTo extends Candidate {
  failures: number
}

export class HostsToTurnTo {
  readonly #random: Random
  readonly #hostByAddress = new Map<string, HostToTurnTo>()
  readonly #failed = new Set<string>()

  constructor(random: Random) {
    this.#random = random
  }

  /** How many should be added; none while there are at least half of them. */
  get room(): number {
    const free = hostsMax - this.#hostByAddress.size
    return free > hostsMax / 2 ? free : 0
  }

  all(): readonly Readonly<HostToTurnTo>[] {
    return [...this.#hostByAddress.values()]
  }

  /** Who is at an address, if that is known before it answers. */
  peerAt(address: string): PeerId | undefined {
    return this.#hostByAddress.get(address)?.peer
  }

  /** Takes up hosts, as far as there is room. */
  offer(candidates: readonly Candidate[]): void {
    // The inventory has those first that were heard longest ago: every host would dial the same ones.
    for (const { peer, address } of inAnyOrder(candidates, this.#random)) {
      if (this.#hostByAddress.size >= hostsMax) return
      if (!this.#failed.has(address)) this.#hostByAddress.set(address, { peer, address, failures: 0 })
    }
  }

  /** An address was dialed: one that answered is none to turn to any more, nor is one that did not answer twice. */
  dialed(address: string, hasAnswered: boolean): void {
    const host = this.#hostByAddress.get(address)
    if (!host) return
    host.failures += 1
    if (!hasAnswered && host.failures < failuresMax) return
    this.#hostByAddress.delete(address)
    if (hasAnswered) return
    this.#failed.add(address)
    const [oldest] = this.#failed
    if (this.#failed.size > failedMax && oldest !== undefined) this.#failed.delete(oldest)
  }

  /** Those that did not answer may do so by now. */
  forgive(): void {
    this.#failed.clear()
  }
}
