/**
 * Whose turn it is to have work done for it before it is admitted, so that whoever connects takes a bounded part of the
 * processor, and nobody is kept out by somebody else's attempts. Hosts that were admitted before come first: their key
 * is proved by TLS. Of all others the addresses take turns, and within an address chance decides: behind one address
 * there may be a member among strangers, and whatever order went by time could be had by whoever is quicker.
 */
import type { Cancel, Clock, Random } from '../base/index.ts'

/** Of the time that passes, what may be spent on admission. */
const share = 1 / 2
/** What may be spent at once after a time of rest: a site that starts together is let in without waiting. */
const burstMs = 2_000

/** For whom the work is. */
export interface Applicant {
  /** Whoever shares it shares a turn: see {@link sharedAddress}. */
  readonly address: string
  /** It has been admitted before, and has proved that it is the same. */
  readonly isKnown?: boolean
  /** Aborted when it is gone. */
  readonly signal: AbortSignal
}

export class AdmissionTurns {
  readonly #clock: Clock
  readonly #random: Random
  readonly #known: (() => void)[] = []
  /** The address whose turn is next is the first. */
  readonly #othersByAddress = new Map<string, (() => void)[]>()
  #leftMs = burstMs
  #countedAtMs: number
  #cancel: Cancel | undefined

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
    this.#countedAtMs = clock.monotonicMs()
  }

  /** How many wait. */
  get waiting(): number {
    return [...this.#othersByAddress.values()].reduce((sum, { length }) => sum + length, this.#known.length)
  }

  /** Does the work when it is its turn, and counts what it takes. Rejects when the applicant is gone before that. */
  run<T>(applicant: Applicant, work: () => T): Promise<T> {
    const { signal } = applicant
    return new Promise((resolve, reject) => {
      const gone = (): void => {
        this.#drop(applicant, begin)
        reject(signal.reason)
      }
      const begin = (): void => {
        signal.removeEventListener('abort', gone)
        try {
          resolve(this.count(work))
        } catch (error) {
          reject(error)
        }
      }
      if (signal.aborted) return gone()
      signal.addEventListener('abort', gone, { once: true })
      this.#add(applicant, begin)
      this.#goOn()
    })
  }

  /** Does work at once for somebody who has had a turn, and counts what it takes. */
  count<T>(work: () => T): T {
    const beganMs = this.#clock.monotonicMs()
    try {
      return work()
    } finally {
      this.spend(this.#clock.monotonicMs() - beganMs)
    }
  }

  /** Counts work that was done elsewhere. */
  spend(tookMs: number): void {
    this.#refill()
    this.#leftMs -= tookMs
  }

  #goOn(): void {
    while (this.#cancel === undefined && this.waiting > 0) {
      this.#refill()
      if (this.#leftMs > 0) this.#next()?.()
      else this.#goOnAfter(1 - this.#leftMs / share)
    }
  }

  #goOnAfter(delayMs: number): void {
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = undefined
      this.#goOn()
    })
  }

  #refill(): void {
    const nowMs = this.#clock.monotonicMs()
    this.#leftMs = Math.min(burstMs, this.#leftMs + (nowMs - this.#countedAtMs) * share)
    this.#countedAtMs = nowMs
  }

  #add({ isKnown, address }: Applicant, begin: () => void): void {
    if (isKnown) this.#known.push(begin)
    else this.#othersByAddress.set(address, [...(this.#othersByAddress.get(address) ?? []), begin])
  }

  #next(): (() => void) | undefined {
    const known = this.#known.shift()
    const [first] = this.#othersByAddress
    if (known !== undefined || first === undefined) return known
    const [address, all] = first
    const [next] = all.splice(this.#random.below(all.length), 1)
    this.#othersByAddress.delete(address)
    if (all.length > 0) this.#othersByAddress.set(address, all)
    return next
  }

  #drop({ isKnown, address }: Applicant, begin: () => void): void {
    const all = isKnown ? this.#known : (this.#othersByAddress.get(address) ?? [])
    const at = all.indexOf(begin)
    if (at >= 0) all.splice(at, 1)
    if (!isKnown && all.length === 0) this.#othersByAddress.delete(address)
  }
}

/** What counts as one address: of IPv6 the first 64 bits, of which a host has all the rest. */
export function sharedAddress(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped !== undefined || !ip.includes(':')) return mapped ?? ip
  const [before = '', after] = ip.replace(/%.*/, '').split('::')
  const words = (text: string): readonly string[] => text.split(':').filter((word) => word !== '')
  const [first, last] = [words(before), words(after ?? '')]
  const zeros = after === undefined ? 0 : Math.max(0, 8 - first.length - last.length)
  const all = [...first, ...Array.from({ length: zeros }, () => '0'), ...last]
  return all
    .slice(0, 4)
    .map((word) => Number.parseInt(word, 16).toString(16))
    .join(':')
}
