/** Tells listeners what happens, as it happens; nothing is polled. The last events are kept for those who come back. */
import { type Clock, endIfBroken, isoTime, type Log } from '../../base/index.ts'
import type { DomainEvent, EventType, MissedEvents } from '../../control/index.ts'

/** How many events are kept: an `up` of five hundred operations, or weeks of a quiet domain; half a megabyte. */
export const keptMax = 1_000

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** An event as its source tells it. */
export type News = Without<DomainEvent, 'id' | 'time'>

/** How often each type was told. */
export type EventCounts = ReadonlyMap<EventType, number>

export type EventListener = (event: DomainEvent) => void

/** In the order in which they are counted. */
const eventTypes = Object.keys({
  'lock-taken': 0,
  'lock-released': 0,
  'checked-in': 0,
  'operation-begun': 0,
  'operation-done': 0,
  'operation-failed': 0,
  'split-found': 0,
  'split-resolved': 0,
  'host-lost': 0,
  'host-back': 0,
} satisfies Record<EventType, 0>) as readonly EventType[]

/** All that is kept. */
export const fromStart = 'start'

export class EventBus {
  readonly #clock: Clock
  readonly #log: Log
  /** Tells the events of this daemon from those of an earlier one. */
  readonly #epoch: string
  readonly #listeners = new Set<EventListener>()
  #kept: DomainEvent[] = []
  #count = 0
  readonly #counts = new Map<EventType, number>(eventTypes.map((type) => [type, 0]))

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
    this.#epoch = clock.wallMs().toString(36)
  }

  /** Tells it to all; a listener that fails keeps nobody from hearing it, and nothing from happening. */
  tell(news: News): void {
    this.#count += 1
    this.#counts.set(news.type, (this.#counts.get(news.type) ?? 0) + 1)
    const event = { id: this.#idOf(this.#count), time: isoTime(this.#clock), ...news } as DomainEvent
    this.#kept.push(event)
    // Not each time: that would copy all of them.
    if (this.#kept.length >= 2 * keptMax) this.#kept = this.#kept.slice(-keptMax)
    for (const listener of this.#listeners) this.#hand(event, listener)
  }

  get counts(): EventCounts {
    return this.#counts
  }

  /** Hears what is told from now on, until what it returns is called. */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The events that are kept after the one with this id. If some may be missing, an event that says so comes first. */
  keptAfter(id: string | undefined): readonly (DomainEvent | MissedEvents)[] {
    const kept = this.#kept.slice(-keptMax)
    if (id === undefined) return []
    if (id === fromStart) return kept
    const [epoch, number] = id.split('-')
    const last = Number(number)
    const isKnown = epoch === this.#epoch && Number.isInteger(last) && last <= this.#count
    const before = this.#count - kept.length
    if (isKnown && last >= before) return kept.slice(last - before)
    return [{ type: 'missed', id: this.#idOf(before), time: isoTime(this.#clock) }, ...kept]
  }

  #idOf(count: number): string {
    return `${this.#epoch}-${count}`
  }

  #hand(event: DomainEvent, listener: EventListener): void {
    try {
      listener(event)
    } catch (thrown) {
      endIfBroken(thrown)
      this.#log.error({ err: thrown, event: event.type }, 'an event could not be told')
    }
  }
}
