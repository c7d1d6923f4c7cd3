/** What the operations of a branch come to: its journal is read once, then what is added to it. */
import { Mutex, operationName } from '../base/index.ts'
import type { Journal, Operation } from '../journal/index.ts'
import type { Branch } from './branch.ts'

export interface Folding<State> {
  readonly begin: () => State
  /** Changes the state by one operation; `name` is the operation's. */
  readonly note: (state: State, operation: Operation, name: string) => void
}

export class JournalFold<State> {
  readonly #branch: Branch
  readonly #folding: Folding<State>
  readonly #turn = new Mutex()
  #journal: Journal | undefined
  #readUpTo = 0
  #state: State

  constructor(branch: Branch, folding: Folding<State>) {
    this.#branch = branch
    this.#folding = folding
    this.#state = folding.begin()
  }

  /** As the newest changeset known here has it, whatever this host has done. Not to be changed by the caller. */
  state(): Promise<State> {
    return this.#turn.run(async () => {
      for (;;) {
        const { journal } = this.#branch
        try {
          await this.#read(journal)
          return this.#state
        } catch (error) {
          // A line that is followed no more is closed.
          if (journal === this.#branch.journal) throw error
        }
      }
    })
  }

  async #read(journal: Journal): Promise<void> {
    if (journal !== this.#journal) {
      this.#journal = journal
      this.#readUpTo = 0
      this.#state = this.#folding.begin()
    }
    for await (const { id, changeset } of journal.changesetsAfter(this.#readUpTo)) {
      for (const [index, operation] of changeset.operations.entries())
        this.#folding.note(this.#state, operation, operationName(id, index))
      this.#readUpTo = changeset.sequence
    }
  }
}
