/** The events that a change of a branch leads to: a lock, a check-in, a split. */
import type { BranchChange, BranchState, Lock } from '../../branch/index.ts'
import type { LockEnd } from '../../control/index.ts'
import type { News } from './event-bus.ts'

/** What there is to tell of a change that `host` has seen. */
export function branchNews({ branch, before, after, added }: BranchChange, host: string): readonly News[] {
  const of = { scope: 'domain', branch: branch.name } as const
  const news: News[] = []
  const newest = added.at(-1)
  if (newest) {
    const { author, message, sequence, operations } = newest.changeset
    const who = { host: author.slice(author.lastIndexOf('@') + 1), author, message }
    const what = { changeset: newest.id, sequence, operations: operations.length, changesets: added.length }
    news.push({ type: 'checked-in', ...of, ...who, ...what })
  }
  const { lock: was } = before.state
  const { lock } = after.state
  if (was && was.id !== lock?.id) {
    const how = endOf(before.state, after.state, added.length > 0)
    const by = how === 'broken' ? (after.state.broken?.by ?? null) : null
    news.push({ type: 'lock-released', ...of, ...lockFacts(was), how, by })
  }
  if (lock && was?.id !== lock.id) news.push({ type: 'lock-taken', ...of, ...lockFacts(lock) })
  if (before.isSplit !== after.isSplit) {
    const type = after.isSplit ? 'split-found' : 'split-resolved'
    news.push({ type, ...of, host, head: after.state.head })
  }
  return news
}

function lockFacts({ id, user, host, message }: Lock) {
  return { lock: id, user, host, message }
}

function endOf(before: BranchState, after: BranchState, hasGrown: boolean): LockEnd {
  if (hasGrown) return 'checked-in'
  if (before.head !== after.head) return 'resolved'
  return after.broken?.lock.id === before.lock?.id ? 'broken' : 'given-back'
}
