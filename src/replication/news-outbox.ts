/**
 * What each neighbour has yet to be told: a state machine without clock,
 * network or chance. News are named by a key (a branch) and have a version.
 *
 * A neighbour is told a version once, and not at all when it has told it
 * itself, so that news cross each link about once. What is told is always the
 * newest: of a key that changes fast a slow neighbour hears less often.
 */

/** More than a domain changes at once; a neighbour that lacks more compares everything. */
const keysMax = 64
/** A neighbour that does not answer this often is left to the comparison of digests, which needs no memory. */
const attemptsMax = 3
const retryMs = 1_000

/** What to do with a neighbour now. */
export interface Telling<Key extends string> {
  /** What to tell it, and the versions; empty if it lacks so much that everything is to be compared instead. */
  readonly versions: ReadonlyMap<Key, string>
}

interface Neighbour<Key extends string> {
  readonly due: Set<Key>
  /** The version that it has told, and the one that it was told. */
  readonly hasByKey: Map<Key, string>
  readonly toldByKey: Map<Key, string>
  /** It lacks more than is noted. */
  isFarBehind: boolean
  isBeingTold: boolean
  attempts: number
  /** Not before this time: monotonic milliseconds. */
  retryAtMs: number
}

export class NewsOutbox<Peer extends string, Key extends string> {
  readonly #neighbourByPeer = new Map<Peer, Neighbour<Key>>()

  /** A neighbour is connected. */
  up(peer: Peer): void {
    if (this.#neighbourByPeer.has(peer)) return
    const fresh = { isFarBehind: false, isBeingTold: false, attempts: 0, retryAtMs: 0 }
    this.#neighbourByPeer.set(peer, { due: new Set(), hasByKey: new Map(), toldByKey: new Map(), ...fresh })
  }

  /** It is gone, together with what it was not told: when two hosts meet again, they compare everything. */
  down(peer: Peer): void {
    this.#neighbourByPeer.delete(peer)
  }

  /** Something changed here; `source` is the neighbour that told it, if one did. */
  changed(keys: Iterable<Key>, source?: Peer): void {
    const changed = [...keys]
    for (const [peer, neighbour] of this.#neighbourByPeer) {
      if (peer !== source) this.#add(neighbour, changed)
    }
  }

  /** A neighbour has told what it has. If something else is here, it lacks that. */
  has(peer: Peer, versions: ReadonlyMap<Key, string>): void {
    const neighbour = this.#neighbourByPeer.get(peer)
    if (!neighbour) return
    for (const [key, version] of versions) note(neighbour.hasByKey, key, version)
    this.#add(neighbour, versions.keys())
  }

  /** A neighbour was told what is here, in an exchange. */
  wasTold(peer: Peer, versions: ReadonlyMap<Key, string>): void {
    const neighbour = this.#neighbourByPeer.get(peer)
    if (neighbour) for (const [key, version] of versions) note(neighbour.toldByKey, key, version)
  }

  /**
   * What to tell a neighbour now; {@link told} ends that. Undefined if there is nothing to tell, or it is being told,
   * or it did not answer a moment ago. `versionOf` is what is here now.
   */
  next(peer: Peer, versionOf: (key: Key) => string | undefined, nowMs: number): Telling<Key> | undefined {
    const neighbour = this.#neighbourByPeer.get(peer)
    if (!neighbour || neighbour.isBeingTold || nowMs < neighbour.retryAtMs) return undefined
    const { isFarBehind, hasByKey, toldByKey } = neighbour
    const versions = new Map<Key, string>()
    for (const key of isFarBehind ? [] : neighbour.due) {
      const version = versionOf(key)
      if (version === undefined || hasByKey.get(key) === version || toldByKey.get(key) === version) continue
      versions.set(key, version)
    }
    neighbour.due.clear()
    neighbour.isFarBehind = false
    if (versions.size === 0 && !isFarBehind) return undefined
    neighbour.isBeingTold = true
    return { versions }
  }

  /** The neighbour has been told, or did not answer; then it is tried again a few times. */
  told(peer: Peer, { versions }: Telling<Key>, isHeard: boolean, nowMs: number): void {
    const neighbour = this.#neighbourByPeer.get(peer)
    if (!neighbour) return
    neighbour.isBeingTold = false
    neighbour.attempts = isHeard ? 0 : neighbour.attempts + 1
    if (isHeard) {
      this.wasTold(peer, versions)
    } else if (neighbour.attempts < attemptsMax) {
      neighbour.retryAtMs = nowMs + retryMs
      if (versions.size === 0) neighbour.isFarBehind = true
      this.#add(neighbour, versions.keys())
    } else {
      neighbour.attempts = 0
    }
  }

  /** When the next neighbour is to be tried again: monotonic milliseconds. */
  get nextRetryAtMs(): number | undefined {
    const waiting = [...this.#neighbourByPeer.values()].filter(
      ({ due, isFarBehind, isBeingTold }) => !isBeingTold && (due.size > 0 || isFarBehind),
    )
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ retryAtMs }) => retryAtMs))
  }

  #add(neighbour: Neighbour<Key>, keys: Iterable<Key>): void {
    for (const key of keys) {
      if (neighbour.due.size < keysMax) neighbour.due.add(key)
      else if (!neighbour.due.has(key)) neighbour.isFarBehind = true
    }
  }
}

/**
 * Notes a version in a map that must not grow. What was noted longest ago is forgotten, and at worst told once more.
 */
function note<Key>(versionByKey: Map<Key, string>, key: Key, version: string): void {
  versionByKey.delete(key)
  versionByKey.set(key, version)
  const [oldest] = versionByKey.keys()
  if (versionByKey.size > keysMax && oldest !== undefined) versionByKey.delete(oldest)
}
