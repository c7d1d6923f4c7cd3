/** When a host that was heard on the local network is dialed: anybody can say there whatever they like. */

/** A host found is not dialed again before this, for its beacons come again and again. */
const redialAfterMs = 15_000
/** If two hosts find each other, one dials at once, and the other only if that has not worked by then. */
const yieldMs = 5_000
/** Places remembered at once; on a network that shows more the oldest are forgotten. */
const rememberedMax = 1_000
/** What a host dials at once of all that it hears: more than it wants to know of a network that was switched on. */
const burstMax = 32
/** And then one in this time, so that invented hosts have it dial no more often. */
const everyMs = 500

/**
 * How many times as long a host waits at most that was refused again and again: domains of one name with different keys
 * may share a network for good. No longer than it is remembered who was refused, and why.
 */
const refusedTimesMax = 16

interface Place {
  readonly nextMs: number
  /** How many times in a row one of the two has refused the other there. */
  readonly refusals: number
}

/** A place is where a peer was heard. */
export class DialTimes {
  readonly #self: string
  readonly #placeByKey = new Map<string, Place>()
  #spent = 0
  #spentMs = 0

  constructor(self: string) {
    this.#self = self
  }

  /** Whether a place that is found now is to be dialed now. */
  isDue(peer: string, place: string, nowMs: number): boolean {
    const key = `${peer} ${place}`
    // A host with several addresses is heard from each, and whoever says that it is another is found out by a dial.
    const yields = peer < this.#self || [...this.#placeByKey.keys()].some((known) => known.startsWith(peer))
    const first = { nextMs: yields ? nowMs + yieldMs : nowMs, refusals: 0 }
    const { nextMs, refusals } = this.#placeByKey.get(key) ?? first
    this.#spent = Math.max(0, this.#spent - (nowMs - this.#spentMs) / everyMs)
    this.#spentMs = nowMs
    const isDue = nextMs <= nowMs && this.#spent <= burstMax - 1
    if (isDue) this.#spent += 1
    this.#set(key, { nextMs: isDue ? nowMs + redialAfterMs : nextMs, refusals })
    return isDue
  }

  /** One of the two has refused the other there: the next dial comes later each time. */
  refused(peer: string, place: string, nowMs: number): void {
    const key = `${peer} ${place}`
    const refusals = (this.#placeByKey.get(key)?.refusals ?? 0) + 1
    this.#set(key, { nextMs: nowMs + redialAfterMs * Math.min(2 ** refusals, refusedTimesMax), refusals })
  }

  /** Whoever was refused may be admitted now, or admit this host. */
  forgetRefusals(): void {
    for (const [key, { refusals }] of this.#placeByKey)
      if (refusals > 0) this.#placeByKey.set(key, { nextMs: Number.NEGATIVE_INFINITY, refusals: 0 })
  }

  #set(key: string, place: Place): void {
    this.#placeByKey.delete(key)
    this.#placeByKey.set(key, place)
    const [oldest] = this.#placeByKey.keys()
    if (this.#placeByKey.size > rememberedMax && oldest !== undefined) this.#placeByKey.delete(oldest)
  }
}
