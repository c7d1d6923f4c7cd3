/** What happens in the domain, heard from the daemon once for all browsers that look on. */
import { type Cancel, type Clock, sleep } from '../base/index.ts'
import type { Client } from '../control/index.ts'

/** How long to wait before asking a daemon again that has ended its stream. */
const againMs = 500

/** Hears what has happened, by its type; `again` after a while in which nothing could be heard. */
export type FeedListener = (type: string) => void

export class Feed {
  readonly #client: Pick<Client, 'listen'>
  readonly #clock: Clock
  readonly #listeners = new Set<FeedListener>()
  #isHearing = false

  constructor(client: Pick<Client, 'listen'>, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  /** Hears what happens from now on, until the returned function is called. */
  add(listener: FeedListener): Cancel {
    this.#listeners.add(listener)
    if (!this.#isHearing) void this.#hear()
    return () => void this.#listeners.delete(listener)
  }

  async #hear(): Promise<void> {
    this.#isHearing = true
    while (this.#listeners.size > 0) {
      // That a daemon does not answer, the page says that somebody looks at.
      await this.#client.listen('/v1/events', ({ type }) => this.#tell(type)).catch(() => undefined)
      await sleep(this.#clock, againMs)
      for (const listener of this.#listeners) listener('again')
    }
    this.#isHearing = false
  }

  #tell(type: string): void {
    // Who throws hears no more.
    if (this.#listeners.size === 0) throw new Error('nobody looks on any more')
    for (const listener of this.#listeners) listener(type)
  }
}
