/** What is under way: locks, holds, what runs on this host, and what is not checked in. */
import type { BranchRow, HistoryRow, Status, WipAnswer } from '../../control/index.ts'
import { heldBy } from '../../presentation/index.ts'
import type { Page } from '../page.ts'

/** What has begun and not ended is the newest; operations that began together with it may come before it. */
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
      begun: history.filter(isBegun).map(({ operation, text, started, time }) => ({
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

function isBegun({ event }: HistoryRow): boolean {
  return event === 'started' || event === 'rebooting'
}

function workView({ author, message, since, locked, operations }: NonNullable<WipAnswer['work']>) {
  return {
    ...{ author, message, since: since ?? '', locked },
    operations: operations.slice(0, operationsMax).map(({ text }) => ({ text })),
    more: Math.max(0, operations.length - operationsMax),
  }
}
