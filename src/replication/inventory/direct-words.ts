/** What neighbours have told about themselves directly, unless what they have said to everybody since is newer. */
import { type Clock, isoTime } from '../../base/index.ts'
import type { PeerId } from '../../mesh/index.ts'
import type { OwnWords } from '../announcement.ts'
import type { KeptRecord } from './host-records.ts'

/** More are never connected. */
const neighboursMax = 256

export interface Direct {
  readonly words: OwnWords
  /** When it was heard or lost last, for people. */
  readonly seen: string
  /** When it told: monotonic milliseconds. */
  readonly atMs: number
}

export class DirectWords {
  readonly #clock: Clock
  /** In the order in which they were heard last. */
  readonly #directByPeer = new Map<PeerId, Direct>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#directByPeer.size
  }

  get(peer: PeerId): Direct | undefined {
    return this.#directByPeer.get(peer)
  }

  all(): Iterable<readonly [PeerId, Direct]> {
    return this.#directByPeer
  }

  /** A neighbour tells about itself. */
  heard(peer: PeerId, words: OwnWords): void {
    this.#put(peer, { words, seen: isoTime(this.#clock), atMs: this.#clock.monotonicMs() })
    const [oldest] = this.#directByPeer.keys()
    if (this.#directByPeer.size > neighboursMax && oldest !== undefined) this.#directByPeer.delete(oldest)
  }

  /** The connection to it was lost. */
  lost(peer: PeerId): void {
    const direct = this.#directByPeer.get(peer)
    if (direct) this.#put(peer, { ...direct, seen: isoTime(this.#clock) })
  }

  /** What a host has said to everybody has arrived. */
  recorded({ record, saidMs }: KeptRecord): void {
    const direct = this.#directByPeer.get(record.peer)
    if (direct && direct.atMs < saidMs) this.#directByPeer.set(record.peer, { ...direct, words: record, atMs: saidMs })
  }

  #put(peer: PeerId, direct: Direct): void {
    this.#directByPeer.delete(peer)
    this.#directByPeer.set(peer, direct)
  }
}
