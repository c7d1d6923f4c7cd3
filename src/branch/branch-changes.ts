/** The changes of a branch: one at a time, and each is told when it is done. */
import { Mutex } from '../base/index.ts'
import type { SignedChangeset } from '../journal/index.ts'
import type { BranchChange, BranchSight } from './branch-types.ts'

/** Hears what was added behind the head. */
type NoteAdded = (added: readonly SignedChangeset[]) => void

export class BranchChanges {
  readonly #branch: BranchChange['branch'] & BranchSight
  readonly #onChange: ((change: BranchChange) => void) | undefined
  readonly #turns = new Mutex()

  constructor(branch: BranchChange['branch'] & BranchSight, onChange: ((change: BranchChange) => void) | undefined) {
    this.#branch = branch
    this.#onChange = onChange
  }

  /** Whether a change is under way, or waits for its turn. */
  get isHeld(): boolean {
    return this.#turns.isHeld
  }

  /** Makes a change after those before it; what it has come to is told also when it has failed halfway. */
  run<T>(change: (noteAdded: NoteAdded) => Promise<T>): Promise<T> {
    return this.#turns.run(async () => {
      const before = this.#sight()
      let added: readonly SignedChangeset[] = []
      const noteAdded: NoteAdded = (changesets) => {
        added = changesets
      }
      try {
        return await change(noteAdded)
      } finally {
        this.#tell(before, added)
      }
    })
  }

  #tell(before: BranchSight, added: readonly SignedChangeset[]): void {
    const after = this.#sight()
    if (before.state === after.state && before.isSplit === after.isSplit) return
    this.#onChange?.({ branch: this.#branch, before, after, added })
  }

  #sight(): BranchSight {
    const { state, isSplit } = this.#branch
    return { state, isSplit }
  }
}
