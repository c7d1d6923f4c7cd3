/**
 * A hold on this host, or on its branch, keeps `up` from doing anything. Holds are read before each operation, so that
 * one also stops an `up` that is under way.
 */
import { IsconfError } from '../base/index.ts'
import { type Branch, type BranchHold, holdOf } from '../branch/index.ts'
import { type Held, type History, type HoldMark, heldText } from '../host/index.ts'
import type { Journal } from '../journal/index.ts'
import type { Decision } from './skip.ts'

export interface Hold extends Held {
  readonly scope: 'host' | 'branch'
  /** Of the host or the branch. */
  readonly name: string
}

export interface HoldsDeps {
  readonly branch: Branch
  readonly hold: HoldMark
  readonly history: History
  readonly host: string
}

export class Holds {
  readonly #deps: HoldsDeps
  /** What was read, from which journal, and up to where. */
  #read: { readonly journal: Journal; readonly until: number; readonly hold: BranchHold | undefined } | undefined
  /** Holds that a person has overridden, in words. */
  readonly #passed = new Set<string>()

  constructor(deps: HoldsDeps) {
    this.#deps = deps
  }

  /** The hold of this host comes first. */
  async all(): Promise<readonly Hold[]> {
    const { branch, hold, host } = this.#deps
    const own = hold.value
    const ofBranch = await this.#ofBranch()
    return [
      ...(own ? [{ scope: 'host', name: host, ...own } as const] : []),
      ...(ofBranch ? [branchHold(branch, ofBranch)] : []),
    ]
  }

  /** HELD while there is a hold that nobody has overridden. */
  async refuse(): Promise<void> {
    const holds = (await this.all()).filter((one) => !this.#passed.has(holdText(one)))
    if (holds.length > 0) throw new IsconfError('HELD', holds.map(holdText).join('; '), { hint: wayOn(holds) })
  }

  /** Overrides the present holds, on record, and returns them. A hold that comes later counts again. */
  async pass({ by, why }: Decision): Promise<readonly Hold[]> {
    const holds = await this.all()
    await this.#deps.history.add(holds.map((one) => ({ event: 'wentOn', hold: holdText(one), by, why })))
    for (const one of holds) this.#passed.add(holdText(one))
    return holds
  }

  async #ofBranch(): Promise<BranchHold | undefined> {
    const { journal, commonLength } = this.#deps.branch
    const until = Math.min(journal.length, commonLength)
    if (this.#read?.journal !== journal || this.#read.until !== until)
      this.#read = { journal, until, hold: await holdOf(this.#deps.branch) }
    return this.#read.hold
  }
}

/** The hold of a branch as one of the holds of a host. */
export function branchHold({ name }: Branch, { by, why, since }: BranchHold): Hold {
  return { scope: 'branch', name, by, why, since }
}

/** A hold in a sentence. */
export function holdText(hold: Hold): string {
  return heldText(`${hold.scope} ${hold.name}`, hold)
}

function wayOn(holds: readonly Hold[]): string {
  const ways = holds.map(({ scope }) =>
    scope === 'host' ? 'isconf release' : 'under the lock: isconf release --branch, isconf ci',
  )
  return `nothing more is done here; to end the hold: ${ways.join('; and ')}; to go on this once in spite of it: isconf up --despite-hold -m WHY`
}
