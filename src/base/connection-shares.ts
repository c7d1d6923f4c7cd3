/** How many connections each user of this host may have to a port of it: nobody takes another's. */
import type { Cancel } from './clock.ts'

export interface ShareLimits {
  /** Of root at once. */
  readonly rootMax: number
  /** Of all other users together, and of each of them. */
  readonly othersMax: number
  readonly userMax: number
}

/** A number that no user has: of callers that the kernel says nothing of. */
const nobody = -1

export class ConnectionShares {
  readonly #limits: ShareLimits
  readonly #isRoot: (uid: number) => boolean
  readonly #countByUid = new Map<number, number>()

  /** `isRoot` tells of a user whether they are to be served like root: the daemon's own is where that is not root. */
  constructor(limits: ShareLimits, isRoot: (uid: number) => boolean) {
    this.#limits = limits
    this.#isRoot = isRoot
  }

  /** Counts a connection of a user; what is returned takes it off again. Undefined when they have too many. */
  admit(uid = nobody): Cancel | undefined {
    const own = this.#countByUid.get(uid) ?? 0
    if (!this.#hasRoom(uid, own)) return undefined
    this.#countByUid.set(uid, own + 1)
    return () => {
      const left = (this.#countByUid.get(uid) ?? 1) - 1
      if (left === 0) this.#countByUid.delete(uid)
      else this.#countByUid.set(uid, left)
    }
  }

  #hasRoom(uid: number, own: number): boolean {
    const { rootMax, othersMax, userMax } = this.#limits
    if (this.#isRoot(uid)) return own < rootMax
    const others = [...this.#countByUid].filter(([one]) => !this.#isRoot(one)).map(([, count]) => count)
    return own < userMax && others.reduce((sum, count) => sum + count, 0) < othersMax
  }
}
