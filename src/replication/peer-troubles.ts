/** What is wrong with other hosts, as far as this one has noticed: in status while it lasts, and once in the log. */
import { type Clock, isoTime, type Log } from '../base/index.ts'
import type { PeerId } from '../mesh/index.ts'

/**
 * The subject: the changesets and locks that a host tells of, its votes, or its disk. One trouble of each at a time.
 */
export type TroubleKind = 'news' | 'votes' | 'disk'

export interface PeerTrouble {
  /** The name of the host for people. */
  readonly host: string
  /** The rest of a sentence that begins with the host's name. */
  readonly text: string
  /** Since when, for people. */
  readonly since: string
}

/** More than can be connected. */
const rememberedMax = 1_000

export class PeerTroubles {
  readonly #clock: Clock
  readonly #log: Log
  readonly #troubles = new Map<string, PeerTrouble & { readonly peer: PeerId }>()

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  /** Notes what is wrong; without a text, that nothing is wrong any more. */
  note(peer: PeerId, host: string, kind: TroubleKind, text: string | undefined): void {
    const key = `${peer} ${kind}`
    const before = this.#troubles.get(key)
    if (text === undefined) {
      if (before) this.#log.info({ host, peer }, `${host} is all right again`)
      this.#troubles.delete(key)
      return
    }
    if (before?.text === text) return
    this.#troubles.set(key, { peer, host, text, since: before?.since ?? isoTime(this.#clock) })
    this.#log.warn({ host, peer }, `${host} ${text}`)
    const [oldest] = this.#troubles.keys()
    if (this.#troubles.size > rememberedMax && oldest !== undefined) this.#troubles.delete(oldest)
  }

  /** The connection to it was lost, and its troubles with it. */
  lost(peer: PeerId): void {
    for (const [key, trouble] of this.#troubles) if (trouble.peer === peer) this.#troubles.delete(key)
  }

  all(): readonly PeerTrouble[] {
    return [...this.#troubles.values()].map(({ host, text, since }) => ({ host, text, since }))
  }
}
