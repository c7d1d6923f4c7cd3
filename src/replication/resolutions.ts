/** How splits of this domain were ended: kept, told to every host, and carried out wherever both lines are present. */
import * as z from 'zod'
import { type BranchName, type ChangesetId, type Disk, IsconfError, type Log, Mutex, writing } from '../base/index.ts'
import { asideName, type Branches, hasFork } from '../branch/index.ts'
import { type Resolution, resolutionSchema } from './announcement.ts'

/** No domain has this many splits. If a member tells of more, something is wrong with it, and what came first stays. */
const resolutionsMax = 1_000
/**
 * Nor does one branch split this often: somebody who invents splits for one branch leaves room for the others, and a
 * split that is seen here can be ended whatever was invented before.
 */
const resolutionsOfBranchMax = 500

export class Resolutions {
  readonly #disk: Disk
  readonly #path: string
  readonly #branches: Branches
  readonly #log: Log
  readonly #turns = new Mutex()
  #all: readonly Resolution[] = []

  private constructor(disk: Disk, path: string, branches: Branches, log: Log) {
    this.#disk = disk
    this.#path = path
    this.#branches = branches
    this.#log = log
  }

  static async open(disk: Disk, path: string, branches: Branches, log: Log): Promise<Resolutions> {
    const resolutions = new Resolutions(disk, path, branches, log)
    const bytes = await disk.readFile(path)
    if (bytes) resolutions.#all = parse(bytes, path)
    // A crash may have come between the note and the deed.
    await resolutions.#carryOut()
    return resolutions
  }

  get all(): readonly Resolution[] {
    return this.#all
  }

  /** The branches that rejected lines have become. */
  get asides(): readonly BranchName[] {
    return this.#all.map(({ branch, rejected }) => asideName(branch, rejected))
  }

  /** Whether a changeset was on a line of the branch that has become a branch of its own. */
  hasSetAside(name: BranchName, id: ChangesetId): boolean {
    return this.#all.some(
      ({ branch, rejected }) => branch === name && this.#branches.get(asideName(branch, rejected))?.has(id),
    )
  }

  /** Notes new resolutions and carries them out. Returns the branches that lines have become. */
  add(news: readonly Resolution[]): Promise<readonly BranchName[]> {
    return this.#turns.run(() => this.#add(news))
  }

  async #add(news: readonly Resolution[]): Promise<readonly BranchName[]> {
    const all = this.#limited(news.reduce(withResolution, this.#all))
    if (all.length !== this.#all.length || all.some((one, index) => one !== this.#all[index])) {
      await writing(
        () => this.#disk.replaceFile(this.#path, `${JSON.stringify(all)}\n`),
        () => {
          this.#all = all
        },
      )
    }
    return this.#carryOut()
  }

  /** As many as are kept. Of too many, those come first whose split waits for them here; a branch has few lines. */
  #limited(all: readonly Resolution[]): readonly Resolution[] {
    const kept = all.filter(firstOfBranch()).slice(0, resolutionsMax)
    if (kept.length === all.length) return all
    const open = all.filter((one) => {
      const branch = this.#branches.get(one.branch)
      return branch !== undefined && hasFork(branch, one)
    })
    return [...new Set([...open, ...all])].filter(firstOfBranch()).slice(0, resolutionsMax)
  }

  /** Ends every resolved split of which both lines are here by now. */
  async #carryOut(): Promise<readonly BranchName[]> {
    const made: BranchName[] = []
    for (const { branch: name, chosen, rejected, by } of withoutCircles(this.#all)) {
      const branch = this.#branches.get(name)
      const aside = branch && (await this.#branches.resolve(branch, { chosen, rejected }))
      if (!aside) continue
      this.#log.warn(
        { branch: name, chosen, rejected, aside, by },
        `split of ${name} resolved: the other line is now branch ${aside}`,
      )
      made.push(aside)
    }
    return made
  }
}

/** Whether a resolution is among the first of its branch. For one list, in its order. */
function firstOfBranch(): (one: Resolution) => boolean {
  const countByBranch = new Map<BranchName, number>()
  return ({ branch }) => {
    const count = (countByBranch.get(branch) ?? 0) + 1
    countByBranch.set(branch, count)
    return count <= resolutionsOfBranchMax
  }
}

/** Adds a resolution. If two hosts have resolved one split independently, all hosts keep the same resolution. */
function withResolution(all: readonly Resolution[], one: Resolution): readonly Resolution[] {
  const known = all.find((other) => isSameSplit(other, one))
  if (!known) return [...all, one]
  return one.chosen < known.chosen ? all.map((other) => (other === known ? one : other)) : all
}

/**
 * If three lines were resolved in pairs independently, each may have lost to another. The resolution that would close
 * such a circle does not count: the same one on every host.
 */
function withoutCircles(all: readonly Resolution[]): readonly Resolution[] {
  const counted: Resolution[] = []
  const rejectedByChosen = new Map<ChangesetId, ChangesetId[]>()
  /** Each resolution is looked at once, so that invented ones can't keep a host busy. */
  const leadsTo = (from: ChangesetId, to: ChangesetId): boolean => {
    const seen = new Set([from])
    for (const one of seen) {
      if (one === to) return true
      for (const next of rejectedByChosen.get(one) ?? []) seen.add(next)
    }
    return false
  }
  const inOrder = [...all].sort((a, b) => (`${a.chosen}${a.rejected}` < `${b.chosen}${b.rejected}` ? -1 : 1))
  for (const one of inOrder) {
    if (leadsTo(one.rejected, one.chosen)) continue
    counted.push(one)
    rejectedByChosen.set(one.chosen, [...(rejectedByChosen.get(one.chosen) ?? []), one.rejected])
  }
  return counted
}

function isSameSplit(a: Resolution, b: Resolution): boolean {
  const firsts = [b.chosen, b.rejected]
  return a.branch === b.branch && firsts.includes(a.chosen) && firsts.includes(a.rejected)
}

function parse(bytes: Uint8Array, path: string): readonly Resolution[] {
  try {
    return z.array(resolutionSchema).parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch {
    throw new IsconfError('STATE_DAMAGED', `${path} does not hold resolutions of splits`)
  }
}
