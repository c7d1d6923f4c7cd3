/** The lines of a split branch, for people: who checked in what, and the refusal that names them. */
import { type ChangesetId, IsconfError, idPrefixLength } from '../base/index.ts'
import type { Journal } from '../journal/index.ts'
import type { Branch } from './branch.ts'
import type { Fork } from './branch-types.ts'

/** A line of a split, as this host holds it. */
export interface SplitLine {
  /** The first changeset that is on this line only. */
  readonly first: ChangesetId
  readonly head: ChangesetId
  /** `user@host` of who checked the first one in. */
  readonly author: string
  readonly message: string
  readonly time: string
  readonly changesets: number
  /** Whether it is the line that this host's journal follows. */
  readonly here: boolean
}

/** The lines of a split, this host's own first; none when the branch is not split. */
export async function linesOfSplit(branch: Branch): Promise<readonly SplitLine[]> {
  if (!branch.isSplit) return []
  return Promise.all(journalsOf(branch).map((journal) => lineOf(branch, journal)))
}

/** Whether two lines of a branch part with these changesets. */
export function hasFork(branch: Branch, { chosen, rejected }: Fork): boolean {
  const line = journalsOf(branch).find((journal) => journal.has(chosen))
  if (!branch.isSplit || line === undefined) return false
  return branch.forksOf(line.head).some((fork) => fork.chosen === chosen && fork.rejected === rejected)
}

/** Fails with SPLIT, which names who checked in on each line, while the branch has more than one. */
export async function refuseSplit(branch: Branch): Promise<void> {
  if (!branch.isSplit) return
  const lines = await linesOfSplit(branch)
  const who = lines.map(({ first, author }) => `${first.slice(0, idPrefixLength)} of ${author}`)
  const both = lines.length > 2 ? 'were' : 'were both'
  throw new IsconfError(
    'SPLIT',
    `branch ${branch.name} is split: ${who.slice(0, -1).join(', ')} and ${who.at(-1)} ${both} checked in after the same changeset`,
  )
}

function journalsOf(branch: Branch): readonly Journal[] {
  return [branch.journal, ...[...branch.others.entries()].map(([, other]) => other)]
}

async function lineOf(branch: Branch, journal: Journal): Promise<SplitLine> {
  // Two of three lines may part later than the third has parted from both: the last parting is what is theirs alone.
  const own = branch.forksOf(journal.head).map(({ chosen }) => journal.sequenceOf(chosen) ?? 1)
  const sequence = Math.max(...own)
  const { id, changeset } = await journal.changesetAt(sequence)
  const { author, message, time } = changeset
  const changesets = journal.length - sequence + 1
  return { first: id, head: journal.head, author, message, time, changesets, here: journal === branch.journal }
}
