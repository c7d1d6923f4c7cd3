/** Joins the bus to what it tells of. */
import type { DaemonDeps, Identity } from '../daemon-deps.ts'
import type { StateOnDisk } from '../state-on-disk.ts'
import { branchNews } from './branch-news.ts'
import { EventBus } from './event-bus.ts'
import { historyNews } from './history-news.ts'

/** A bus that tells from now on what happens to branches, and on this host. */
export function eventsOf(
  { branches, history, current }: Pick<StateOnDisk, 'branches' | 'history' | 'current'>,
  { clock, log }: Pick<DaemonDeps, 'clock' | 'log'>,
  identity: Pick<Identity, 'host'>,
): EventBus {
  const events = new EventBus(clock, log)
  branches.listen((change) => {
    for (const news of branchNews(change, identity.host)) events.tell(news)
  })
  history.listen((entries) => {
    for (const entry of entries) {
      const news = historyNews(entry, identity.host, current.branch.name)
      if (news) events.tell(news)
    }
  })
  return events
}
