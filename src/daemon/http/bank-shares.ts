/** How many connections each user of this host may have to the package bank: nobody takes another's. */
import type { Cancel } from '../../base/index.ts'

/** Of root at once: each holds two pieces in memory, and a make with many jobs has a few dozen. */
const rootMax = 64
/** Of all other users together, and of each of them. */
const othersMax = 32
const userMax = 8

/** A number that no user has: of callers that the kernel says nothing of. */
const nobody = -1

export class BankShares {
  readonly #isRoot: (uid: number) => boolean
  readonly #countByUid = new Map<number, number>()

  /** `isRoot` tells of a user whether they are to be served like root: the daemon's own is where that is not root. */
  constructor(isRoot: (uid: number) => boolean) {
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
    if (this.#isRoot(uid)) return own < rootMax
    const others = [...this.#countByUid].filter(([one]) => !this.#isRoot(one)).map(([, count]) => count)
    return own < userMax && others.reduce((sum, count) => sum + count, 0) < othersMax
  }
}
