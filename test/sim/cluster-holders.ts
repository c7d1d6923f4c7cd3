/** Who may change which branch: where every host can always reach every other, no two hold a lock at once, and a branch is forked once. */
import type { BranchName } from '../../src/base/index.ts'
import type { SimHost } from './cluster-host.ts'

/** Who got the lock of a branch last, and whether somebody has begun to give it back or to break it since. */
interface Holding {
  holder: SimHost | undefined
  mayBeFree: boolean
  unlocksUnderWay: number
}

export class Holders {
  readonly #holdingByBranch = new Map<BranchName, Holding>()
  /** The branch that each host was on when it began what it does. */
  readonly #branchByHost = new Map<SimHost, BranchName>()
  readonly #forked = new Set<string>()

  /** Somebody types a verb. */
  begins(host: SimHost, verb: string): void {
    const { name } = host.daemon.branch
    this.#branchByHost.set(host, name)
    const holding = this.#of(name)
    if (verb === 'unlock') holding.unlocksUnderWay += 1
    // Who goes to another branch gives the lock back.
    const givesBack = ['ci', 'fork', 'migrate'].includes(verb) && host === holding.holder
    if (verb === 'unlock' || givesBack) holding.mayBeFree = true
  }

  /** What is wrong when it is done. */
  ends(host: SimHost, [verb, name = '']: readonly string[], isDone: boolean): string | undefined {
    const holding = this.#of(this.#branchByHost.get(host) ?? host.daemon.branch.name)
    if (verb === 'unlock') holding.unlocksUnderWay -= 1
    if (verb === 'fork' && isDone) return this.#forks(host, name)
    if (verb !== 'lock' || !isDone) return undefined
    const { holder, mayBeFree } = holding
    const isTaken = holder !== undefined && holder !== host && !mayBeFree
    holding.holder = host
    holding.mayBeFree = holding.unlocksUnderWay > 0
    return isTaken ? `${host.name} got the lock that ${holder.name} had and nobody gave back or broke` : undefined
  }

  #forks(host: SimHost, name: string): string | undefined {
    if (this.#forked.has(name)) return `${host.name} forked to ${name}, which was forked before`
    this.#forked.add(name)
    return undefined
  }

  #of(name: BranchName): Holding {
    const holding = this.#holdingByBranch.get(name) ?? { holder: undefined, mayBeFree: true, unlocksUnderWay: 0 }
    this.#holdingByBranch.set(name, holding)
    return holding
  }
}
