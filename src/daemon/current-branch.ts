/** The branch that this host is on, which conf/branch names. */
import { type BranchName, type ChangesetId, type Disk, IsconfError, isName, writing } from '../base/index.ts'
import { type Branch, type Branches, firstBranch } from '../branch/index.ts'

export class CurrentBranch {
  readonly #disk: Disk
  readonly #path: string
  readonly #branches: Branches
  #branch: Branch

  private constructor(disk: Disk, path: string, branches: Branches, branch: Branch) {
    this.#disk = disk
    this.#path = path
    this.#branches = branches
    this.#branch = branch
  }

  /** A host that was never on another is on the first branch. STATE_DAMAGED. */
  static async open(disk: Disk, path: string, branches: Branches): Promise<CurrentBranch> {
    const bytes = await disk.readFile(path)
    const name = bytes ? Buffer.from(bytes).toString('utf8').trim() : firstBranch
    if (!isName(name)) throw new IsconfError('STATE_DAMAGED', `${path} does not hold the name of a branch`)
    return new CurrentBranch(disk, path, branches, await branches.obtain(name as BranchName))
  }

  get branch(): Branch {
    return this.#branch
  }

  /** On disk when it returns. */
  async goTo(branch: Branch): Promise<void> {
    await writing(
      () => this.#disk.replaceFile(this.#path, `${branch.name}\n`),
      () => {
        this.#branch = branch
      },
    )
  }

  /**
   * After a split was resolved: if all of `done` is on the rejected line, which is now a branch of its own (one of
   * `asides`), the host moves to that branch. Returns the branch; undefined if the host stays.
   */
  async followDone(done: readonly ChangesetId[], asides: readonly BranchName[]): Promise<Branch | undefined> {
    const gone = done.find((id) => !this.#branch.journal.has(id))
    if (!gone) return undefined
    const names = [this.#branch.name, ...asides]
    const name = names.find((one) => done.every((id) => this.#branches.get(one)?.has(id)))
    const branch = name && this.#branches.get(name)
    if (!branch) return undefined
    await branch.follow(gone)
    if (branch === this.#branch) return undefined
    await this.goTo(branch)
    return branch
  }
}
