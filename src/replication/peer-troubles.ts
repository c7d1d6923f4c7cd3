/** What is wrong with other hosts, as far as this one met it: in status while it lasts, and once in the log. */
import { type Clock, isoTime, type Log } from '../base/index.ts'
import type { PeerId } from '../mesh/index.ts'

/** What it is about: the changesets and locks that a host tells of, its votes, or its disk. One of each at a time. */
export type TroubleKind = 'news' | 'votes' | 'disk'

export interface PeerTrouble {
  /** What a person calls the host. */
  readonly host: string
  /** In the words of a sentence that begins with the host's name. */
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

  /** Notes what is wrong, or, with no text, that nothing is any more. */
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

  /** The connection to it is gone, and its trouble with it. */
  lost(peer: PeerId): void {
    for (const [key, trouble] of this.#troubles) if (trouble.peer === peer) this.#troubles.delete(key)
  }

  all(): readonly PeerTrouble[] {
    return [...this.#troubles.values()].map(({ host, text, since }) => ({ host, text, since }))
  }
}
