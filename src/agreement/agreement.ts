/** Who may change a branch's state: the interface, and what an implementation needs of the network. */
import type { Addition, Branch, BranchState } from '../branch/index.ts'

/** How a branch's state is changed, whoever has to consent. */
export interface Agreement {
  /**
   * Makes a change; `next` says from the newest state what it is, and throws
   * when it can't be (LOCKED, BEHIND, …). LOCK_CONTENDED when others kept
   * changing the branch at the same moment, and names them; SPLIT when two
   * lines are here.
   */
  change(branch: Branch, next: NextState): Promise<BranchState>
  /** Answers another host's message. */
  answer(message: unknown): Promise<unknown>
}

/** A new state of a branch, with what it adds to the journal. */
export type NextState = (state: BranchState) => { readonly to: BranchState } & Addition

/** The other hosts, as far as they can be reached. */
export interface Voters {
  /** This host's id among them. */
  readonly self: string
  /** Those that are connected now. */
  peers(): readonly string[]
  /** How many hosts there are, as far as is known. */
  hosts(): number
  /**
   * Asks one and gives its answer, whatever it is: null when that makes no sense. Rejects when it does not answer within
   * `waitMs`, or can't be asked.
   */
  ask(peer: string, message: unknown, waitMs: number): Promise<unknown>
  /** Learns what the others know of the branch. */
  catchUp(branch: Branch): Promise<void>
  /** What a person calls one of them. */
  nameOf(peer: string): string
  /** Hears that one of them can't write what is agreed, in words that follow its name; undefined when it can. */
  inTrouble(peer: string, what: string | undefined): void
  /** Hears that what one of them says against a change, in words, is passed over; undefined when nothing is. */
  passedOver(peer: string, what: string | undefined): void
}
