/** What is under way: locks, holds, what runs on this host, and what is not checked in. */
import type { BranchRow, HistoryRow, Status, WipAnswer } from '../../control/index.ts'
import { heldBy } from '../../presentation/index.ts'
import type { Page } from '../page.ts'

/** What is under way is the newest of an operation; there may be holds that are newer. */
const historyMax = 100
const operationsMax = 1_000

export const nowPage: Page = {
  path: 'now',
  template: 'now',
  section: 'now',
  view: async ({ source, href }) => {
    const [status, branches, { work }, history] = await Promise.all([
      source.status(),
      source.branches(),
      source.work(),
      source.history(historyMax),
    ])
    return {
      title: 'What is under way',
      host: status.host,
      locks: branches.flatMap(lockView),
      holds: [...branches.flatMap(({ hold }) => hold ?? []), ...ownHolds(status)].map((hold) => ({
        what: `${hold.scope} ${hold.name}`,
        text: heldBy(hold),
      })),
      running: status.running ?? null,
      begun: underWay(status, history).map(({ operation, text, started, time }) => ({
        ...{ operation, text: text ?? '', since: started ?? time },
        href: operation === null ? null : href('changesets', operation),
      })),
      reboot: status.rebootPending ? { since: status.rebootPending.since } : null,
      stopped: status.stopped,
      work: work ? workView(work) : null,
      pending: status.pending,
    }
  },
}

function lockView({ name, lock }: BranchRow) {
  if (!lock) return []
  const { user, host, message, since } = lock
  return [{ branch: name, holder: `${user}@${host}`, message, since }]
}

function ownHolds({ holds = [] }: Status) {
  return holds.filter(({ scope }) => scope === 'host')
}

/** What was begun and has not ended, unless nothing runs: then it was interrupted, and this host is stopped there. */
function underWay({ running }: Status, history: readonly HistoryRow[]): readonly HistoryRow[] {
  const newest = history.find(({ operation }) => operation !== null)
  const isBegun = newest?.event === 'started' || newest?.event === 'rebooting'
  return newest && isBegun && running ? [newest] : []
}

function workView({ author, message, since, locked, operations }: NonNullable<WipAnswer['work']>) {
  return {
    ...{ author, message, since: since ?? '', locked },
    operations: operations.slice(0, operationsMax).map(({ text }) => ({ text })),
    more: Math.max(0, operations.length - operationsMax),
  }
}
