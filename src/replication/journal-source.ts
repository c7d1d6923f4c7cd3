/**
 * What this host gives of its journals: the line of a branch by the branch's name, another line of a split by
 * `branch#first`.
 */
import { type BranchName, type ChangesetId, isName } from '../base/index.ts'
import type { Branches } from '../branch/index.ts'
import type { Journal } from '../journal/index.ts'
import type { JournalSource } from './journal-exchange.ts'

/** The name under which another line of a split is asked for. */
export function divergentLineName(branch: BranchName, first: ChangesetId): string {
  return `${branch}#${first}`
}

export function journalSource(branches: Branches): JournalSource {
  return {
    linesAfter: async (line, id, limitBytes) => journalOf(branches, line)?.linesAfter(id as ChangesetId, limitBytes),
  }
}

function journalOf(branches: Branches, line: string): Journal | undefined {
  const [name = '', first] = line.split('#')
  if (!isName(name)) return undefined
  const branch = branches.get(name as BranchName)
  return first === undefined ? branch?.journal : branch?.others.get(first as ChangesetId)
}
