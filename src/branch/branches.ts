/** All branches of the domain, each host has them: any host can serve any other, and be rebuilt as any. */
import {
  type BranchName,
  type ChangesetId,
  IsconfError,
  isName,
  nearest,
  noChangeset,
  requireRoom,
} from '../base/index.ts'
import type { Journal } from '../journal/index.ts'
import { Branch } from './branch.ts'
import type { BranchChange, BranchDeps, Fork } from './branch-types.ts'
import { copyBeside, forkName } from './copy.ts'

/** The branch a host is on when nobody chose one. */
export const firstBranch = 'generic' as BranchName

/** How many branches a domain may have here; a member that makes more is out of order. */
const branchesMax = 1000

/** How many names that were only heard are kept, with a vote given on them: nobody forks so often at once. */
const heardMax = 100

/** Lines copied at once, in bytes. */
const copyBytes = 1024 * 1024

export class Branches {
  readonly #deps: BranchDeps
  readonly #directory: string
  readonly #branchByName = new Map<BranchName, Branch>()
  /** Openings under way, so that two callers get one branch. */
  readonly #opening = new Map<BranchName, Promise<Branch>>()

  #onChange: (change: BranchChange) => void = () => undefined

  private constructor(deps: BranchDeps, directory: string) {
    this.#deps = { ...deps, onChange: (change) => this.#onChange(change) }
    this.#directory = directory
  }

  /** Opens every branch below `directory`. */
  static async open(deps: BranchDeps, directory: string): Promise<Branches> {
    const branches = new Branches(deps, directory)
    await deps.disk.makeDirectory(directory)
    try {
      for (const entry of await deps.disk.list(directory)) {
        const name = decodeName(entry)
        if (name && !branches.exists(await branches.#open(name))) await branches.#forget(name)
      }
    } catch (error) {
      await branches.close()
      throw error
    }
    return branches
  }

  /** Has somebody, one at most, hear of what happens to branches from now on, when it is on disk. */
  listen(onChange: (change: BranchChange) => void): void {
    this.#onChange = onChange
  }

  /** The branch, also when only its name is known: see {@link Branch.isAbsent}. */
  get(name: BranchName): Branch | undefined {
    return this.#branchByName.get(name)
  }

  /** The branch that somebody names. NO_SUCH_BRANCH, with the one that was meant. */
  named(name: BranchName): Branch {
    const branch = this.get(name)
    if (branch && this.exists(branch)) return branch
    const meant = nearest(
      name,
      this.all().map((one) => one.name),
    )
    const guess = meant === undefined ? '' : ` (did you mean ${meant}?)`
    throw new IsconfError('NO_SUCH_BRANCH', `no branch ${name} is known here${guess}`)
  }

  /** The branches that there are. */
  all(): readonly Branch[] {
    return [...this.#branchByName.values()].filter((branch) => this.exists(branch))
  }

  /** Whether there is such a branch; the first one always is. */
  exists(branch: Branch): boolean {
    return !branch.isAbsent || branch.name === firstBranch
  }

  /** Begins an absent branch as a copy of one that has its head; whether there is one. It need not be fetched then. */
  async beginAsCopy(branch: Branch, head: ChangesetId): Promise<boolean> {
    if (!branch.isAbsent || head === noChangeset) return false
    const parent = this.all().find(({ journal }) => journal.has(head))
    await requireRoom(this.#deps.room, 0)
    return parent !== undefined && branch.beginAsCopy(parent.journal, parent.journal.sequenceOf(head) ?? 0)
  }

  /** Does `use` with a copy of the first `length` changesets of `parent`, which it may take as the journal of `child`. */
  async withCopy<T>(parent: Branch, length: number, child: Branch, use: (path: string) => Promise<T>): Promise<T> {
    const path = await copyBeside(this.#deps.disk, parent.journal, length, `${child.directory}/${forkName}`)
    try {
      return await use(path)
    } finally {
      await this.#deps.disk.remove(path)
    }
  }

  /** The branch, opened or made. */
  async obtain(name: BranchName): Promise<Branch> {
    const known = this.#branchByName.get(name)
    if (known) return known
    const opening = this.#opening.get(name) ?? this.#openAnother(name)
    this.#opening.set(name, opening)
    try {
      return await opening
    } finally {
      this.#opening.delete(name)
    }
  }

  /** A branch of which another host speaks. Of names of which nothing else is known only the last ones are kept. */
  async heard(name: BranchName): Promise<Branch> {
    const absent = [...this.#branchByName.values()].filter((branch) => !this.exists(branch))
    if (!this.#branchByName.has(name)) {
      for (const branch of absent.slice(0, Math.max(0, absent.length + 1 - heardMax))) await this.#forget(branch.name)
    }
    return this.obtain(name)
  }

  /**
   * Ends a split: the line with `chosen` goes on as the branch, what has
   * `rejected` becomes a branch of its own. The name of that branch;
   * undefined when this host does not hold both lines.
   */
  async resolve(branch: Branch, fork: Fork): Promise<BranchName | undefined> {
    const name = asideName(branch.name, fork.rejected)
    const isDone = await branch.resolve(fork, async (line) => copyLines(line, await this.obtain(name)))
    return isDone ? name : undefined
  }

  async close(): Promise<void> {
    for (const branch of this.#branchByName.values()) await branch.close()
  }

  async #forget(name: BranchName): Promise<void> {
    const branch = this.#branchByName.get(name)
    this.#branchByName.delete(name)
    await branch?.close()
  }

  async #openAnother(name: BranchName): Promise<Branch> {
    if (this.all().length + this.#opening.size >= branchesMax) {
      throw new IsconfError('USAGE', `no branch ${name}: there are ${branchesMax} branches already`)
    }
    return this.#open(name)
  }

  /** However many there are: what is on disk must not keep a daemon from starting. */
  async #open(name: BranchName): Promise<Branch> {
    const branch = await Branch.open(this.#deps, this.#pathOf(name), name)
    this.#branchByName.set(name, branch)
    return branch
  }

  #pathOf(name: BranchName): string {
    return `${this.#directory}/${encodeName(name)}`
  }
}

async function copyLines(journal: Journal, to: Branch): Promise<void> {
  let range = await journal.linesAfter(noChangeset, copyBytes)
  while (range && range.lines.length > 0) {
    const { last, failure } = await to.take(range.lines, 'this host')
    if (failure) throw failure
    range = last && range.more ? await journal.linesAfter(last, copyBytes) : undefined
  }
}

/** The branch that a rejected line becomes; the same on every host. */
export function asideName(branch: BranchName, rejected: ChangesetId): BranchName {
  return `${branch.slice(0, 180)}-${rejected.slice(0, 8)}` as BranchName
}

/** A name as a directory, also where file names know no case: capitals become `^c`. */
function encodeName(name: BranchName): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `^${letter.toLowerCase()}`)
}

function decodeName(entry: string): BranchName | undefined {
  const name = entry.replaceAll(/\^([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return isName(name) && encodeName(name as BranchName) === entry ? (name as BranchName) : undefined
}
